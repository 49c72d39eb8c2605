/**
 * Symmetric RTP: which address the peer's sound is taken from and sent back to. The first packet from an address that the signalling
 * knows decides; after that nobody else is listened to until the SDP changes.
 */

export interface MediaAddress {
  readonly address: string;
  readonly port: number;
}

export class SourceLatch {
  #negotiated: MediaAddress | undefined;
  #latched: MediaAddress | undefined;
  readonly #signallingAddress: string;

  /** `signallingAddress` is where the peer's SIP comes from: behind a NAT its SDP may name an address of the inside. */
  constructor(signallingAddress: string) {
    this.#signallingAddress = signallingAddress;
  }

  /** What the SDP says now; another address or port than before opens the latch. */
  negotiate(address: MediaAddress | undefined): void {
    if (address?.address === this.#negotiated?.address && address?.port === this.#negotiated?.port) return;
    this.#negotiated = address;
    this.#latched = undefined;
  }

  /** Whether a packet from there belongs to the call. */
  admits(source: MediaAddress): boolean {
    if (this.#latched !== undefined) {
      return source.address === this.#latched.address && source.port === this.#latched.port;
    }
    return source.address === this.#negotiated?.address || source.address === this.#signallingAddress;
  }

  /** A valid packet came from there. */
  latch(source: MediaAddress): void {
    this.#latched ??= source;
  }

  get destination(): MediaAddress | undefined {
    return this.#latched ?? this.#negotiated;
  }
}
