/** Our side of a leg's session description: its number, its version, and what is agreed at present. */
import { randomBytes } from 'node:crypto';
import type { MediaSession, NegotiatedMedia } from '../../rtp/media-session.ts';
import { type Agreement, answerOffer, describeOffer, type LocalMedia, readAnswer } from '../offer-answer.ts';

export const SDP = 'application/sdp';

type OfferAnswered =
  { readonly kind: 'answered'; readonly sdp: string } | Extract<Agreement, { readonly kind: 'refused' }>;

export class Negotiation {
  readonly #media: MediaSession;
  readonly #address: string;
  readonly #sessionId = randomBytes(4).readUInt32BE();
  #version = 0;
  #said = '';
  #agreed: NegotiatedMedia | undefined;

  constructor(media: MediaSession, address: string) {
    this.#media = media;
    this.#address = address;
  }

  get media(): MediaSession {
    return this.#media;
  }

  /** Answers the peer's offer and lets the sound follow it. A refusal changes nothing. */
  answer(offer: string): OfferAnswered {
    const agreement = answerOffer(offer);
    if (agreement.kind === 'refused') return agreement;
    this.#agree(agreement.media);
    return { kind: 'answered', sdp: this.#say((local) => agreement.answer(local)) };
  }

  /** The first offer, or in a call what is in use. */
  offer(): string {
    return this.#say((local) => describeOffer(local, this.#agreed));
  }

  /** The peer's answer to `offer`. False when it cannot be used; nothing changes then. */
  accept(answer: string): boolean {
    const media = readAnswer(answer);
    if (media === undefined) return false;
    this.#agree(media);
    return true;
  }

  #agree(media: NegotiatedMedia): void {
    this.#agreed = media;
    this.#media.apply(media);
  }

  /** The version rises only when something is said anew (RFC 3264 section 8). */
  #say(describe: (local: LocalMedia) => string): string {
    const local = (): LocalMedia => ({
      address: this.#address,
      port: this.#media.localPort,
      sessionId: this.#sessionId,
      version: this.#version,
    });
    const same = describe(local());
    if (same === this.#said) return same;
    this.#version += 1;
    this.#said = describe(local());
    return this.#said;
  }
}
