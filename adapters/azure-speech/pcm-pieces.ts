/** Cuts a byte stream into whole 16 bit samples: a piece of the stream may end in the middle of one. */
export class PcmPieces {
  #half: number | undefined;

  /** Shares memory with `bytes` where samples lie whole in it, as they nearly always do: the SDK makes a buffer for each message and writes it once. */
  next(bytes: ArrayBuffer): Int16Array {
    const joined = this.#half === undefined ? bytes : withFirst(this.#half, bytes);
    const samples = joined.byteLength >> 1;
    this.#half = joined.byteLength % 2 === 1 ? new Uint8Array(joined)[joined.byteLength - 1] : undefined;
    return new Int16Array(joined, 0, samples);
  }
}

function withFirst(first: number, rest: ArrayBuffer): ArrayBuffer {
  const joined = new Uint8Array(1 + rest.byteLength);
  joined[0] = first;
  joined.set(new Uint8Array(rest), 1);
  return joined.buffer;
}
