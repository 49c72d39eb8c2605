/**
 * Symmetric RTP: which address the peer's sound is taken from and sent back to. The first packet from a host that the signalling knows
 * decides. It gives way at once to the very address and port of the SDP, and to another port of such a host when it falls silent.
 */

/** A hundred packets missing in a row: the stream has stopped or moved. */
const SILENT_MS = 2000;

export interface MediaAddress {
  readonly address: string;
  readonly port: number;
}

export class SourceLatch {
  #negotiated: MediaAddress | undefined;
  #latched: (MediaAddress & { readonly heardAtMs: number }) | undefined;
  readonly #signallingAddress: string;

  /** `signallingAddress` is where the peer's SIP comes from: behind a NAT its SDP may name an address of the inside. */
  constructor(signallingAddress: string) {
    this.#signallingAddress = signallingAddress;
  }

  /** What the SDP says now; another address or port than before opens the latch. */
  negotiate(address: MediaAddress | undefined): void {
    if (address === undefined ? this.#negotiated === undefined : isSame(address, this.#negotiated)) return;
    this.#negotiated = address;
    this.#latched = undefined;
  }

  /** Whether a packet from there belongs to the call. */
  admits(source: MediaAddress, nowMs: number): boolean {
    if (source.address !== this.#negotiated?.address && source.address !== this.#signallingAddress) return false;
    if (this.#latched === undefined || isSame(source, this.#latched) || isSame(source, this.#negotiated)) return true;
    return nowMs - this.#latched.heardAtMs >= SILENT_MS;
  }

  /** A valid packet came from there, which `admits` has let in. */
  latch({ address, port }: MediaAddress, nowMs: number): void {
    this.#latched = { address, port, heardAtMs: nowMs };
  }

  get destination(): MediaAddress | undefined {
    return this.#latched ?? this.#negotiated;
  }
}

function isSame(one: MediaAddress, other: MediaAddress | undefined): boolean {
  return one.address === other?.address && one.port === other.port;
}
