/** Cuts a byte stream into whole 16 bit samples: a piece of the stream may end in the middle of one. */
export class PcmPieces {
  #half: number | undefined;

  next(bytes: ArrayBuffer): Int16Array {
    const given = new Uint8Array(bytes);
    const joined = this.#half === undefined ? given.slice() : Uint8Array.from([this.#half, ...given]);
    const wholeBytes = joined.length - (joined.length % 2);
    this.#half = wholeBytes < joined.length ? joined[wholeBytes] : undefined;
    return new Int16Array(joined.buffer, 0, wholeBytes / 2);
  }
}
