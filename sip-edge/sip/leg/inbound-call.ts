/** An INVITE of a trunk until it is answered, refused or taken back. */
import { type ActiveLeg, type CallHeaders, LegGone, type RingingLeg } from '../../leg.ts';
import { type MediaSession, openMedia } from '../../rtp/media-session.ts';
import type { Trunk } from '../../trunks.ts';
import { Dialog } from '../dialog.ts';
import { DialogLink } from '../dialog-link.ts';
import { newTag } from '../ids.ts';
import type { InviteCheck } from '../inbound-invite.ts';
import { callIdOf, type Header, headerOf, type SipRequest } from '../message.ts';
import { tagOf } from '../name-addr.ts';
import { ALLOW, type DialogUser, type Signalling } from '../signalling.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import { DialogLeg } from './active-leg.ts';
import { Negotiation, SDP } from './negotiation.ts';

/** Microsoft's has up to 400 (acs-facts 5.3). */
const REFERRED_BY_MAX_CHARS = 1_024;
/** Nobody above decided in this time: longer than any ring. */
const UNDECIDED_MS = 180_000;

type Welcome = Extract<InviteCheck, { readonly kind: 'welcome' }>;

type State = 'ringing' | 'answering' | 'answered' | 'refused' | 'cancelled';

export class InboundCall implements RingingLeg, DialogUser {
  readonly sipCallId: string;
  readonly trunk: string;
  readonly from: string | undefined;
  readonly to: string;
  readonly displayName: string;
  readonly headers: CallHeaders;
  readonly referredBy: string | undefined;
  readonly #signalling: Signalling;
  readonly #transaction: ServerTransaction;
  readonly #trunk: Trunk;
  readonly #welcome: Welcome;
  readonly #localTag = newTag();
  readonly #cancelListeners = new Set<() => void>();
  readonly #stopWatching: readonly (() => void)[];
  #state: State = 'ringing';

  constructor(signalling: Signalling, transaction: ServerTransaction, trunk: Trunk, welcome: Welcome) {
    this.#signalling = signalling;
    this.#transaction = transaction;
    this.#trunk = trunk;
    this.#welcome = welcome;
    const { request, flow } = transaction;
    this.sipCallId = callIdOf(request);
    this.trunk = trunk.fqdn;
    this.from = welcome.from;
    this.to = welcome.to;
    this.displayName = welcome.displayName;
    this.headers = welcome.headers;
    this.referredBy = headerOf(request, 'Referred-By')?.slice(0, REFERRED_BY_MAX_CHARS);
    const remoteTag = tagOf(headerOf(request, 'From')) ?? '';
    this.#stopWatching = [
      signalling.register({ callId: this.sipCallId, localTag: this.#localTag, remoteTag }, this),
      signalling.clock.after(UNDECIDED_MS, () => this.#cancelled(480)),
      flow.onClose(() => this.#cancelled(487)),
    ];
    transaction.onCancel(() => this.#cancelled(487));
  }

  ring(): void {
    this.#provisional(180);
  }

  forwarding(): void {
    this.#provisional(181);
  }

  refuse(status: number, options: { readonly retryAfterS?: number } = {}): void {
    if (this.#state !== 'ringing') return;
    const retryAfter = options.retryAfterS;
    this.#settle('refused');
    this.#respond(status, retryAfter === undefined ? [] : [{ name: 'Retry-After', value: String(retryAfter) }]);
  }

  onCancelled(listener: () => void): () => void {
    if (this.#state === 'cancelled') {
      listener();
      return () => undefined;
    }
    this.#cancelListeners.add(listener);
    return () => this.#cancelListeners.delete(listener);
  }

  async answer(): Promise<ActiveLeg> {
    if (this.#state !== 'ringing') throw new LegGone(`the call is ${this.#state}`);
    this.#state = 'answering';
    const { media: resources } = this.#signalling;
    let media: MediaSession;
    try {
      media = await openMedia(resources.pool, resources.ticker, this.#transaction.flow.remote.address);
    } catch (cause) {
      this.#settle('refused');
      this.#respond(503, [{ name: 'Retry-After', value: '5' }]);
      throw new LegGone('no RTP port', { cause });
    }
    if (this.#isCancelled()) {
      media.end();
      throw new LegGone('the caller has cancelled');
    }
    return this.#accept(media);
  }

  /** An early BYE (RFC 3261 15.1.2); nothing else makes sense before the answer. */
  onRequest(transaction: ServerTransaction): void {
    if (transaction.request.method !== 'BYE') transaction.respond(481);
    else {
      transaction.respond(200);
      this.#cancelled(487);
    }
  }

  onAck(_ack: SipRequest): void {
    // There is no 2xx yet that an ACK could be for.
  }

  leave(): Promise<void> {
    this.#cancelled(503);
    return Promise.resolve();
  }

  async #accept(media: MediaSession): Promise<ActiveLeg> {
    const { request, flow } = this.#transaction;
    const dialog = Dialog.fromRequest(request, this.#localTag);
    const negotiation = new Negotiation(media, this.#signalling.media.address);
    const said = negotiation.answer(request.body);
    if (dialog === undefined || said.kind === 'refused') {
      // Both were checked before the call rang.
      media.end();
      this.#settle('refused');
      this.#respond(488);
      throw new LegGone('the INVITE cannot be answered');
    }
    this.#settle('answered');
    const link = new DialogLink(this.#signalling, dialog, this.#trunk, flow);
    const { interval, answerHeaders } = this.#welcome;
    const leg = new DialogLeg({
      signalling: this.#signalling,
      link,
      negotiation,
      interval,
      introduction: request,
      role: 'callee',
    });
    const accept = (): void => this.#respond(200, [link.contact(), ALLOW, ...answerHeaders], said.sdp);
    accept();
    try {
      await leg.awaitAck(this.#transaction, accept, false);
    } catch (cause) {
      throw new LegGone('the answer was not acknowledged', { cause });
    }
    return leg;
  }

  #provisional(status: number): void {
    if (this.#state !== 'ringing') return;
    this.#respond(status, [
      { name: 'Contact', value: this.#signalling.contact(this.#transaction.flow.transport) },
      ALLOW,
    ]);
  }

  #respond(status: number, headers: readonly Header[] = [], sdp?: string): void {
    // A dialog-forming response repeats the route (RFC 3261 12.1.1).
    const recorded = this.#transaction.request.headers.filter(({ name }) => name.toLowerCase() === 'record-route');
    this.#transaction.respond(status, {
      toTag: this.#localTag,
      headers: status < 300 ? [...recorded, ...headers] : headers,
      ...(sdp === undefined ? {} : { body: { contentType: SDP, text: sdp } }),
    });
  }

  #cancelled(status: number): void {
    if (this.#state !== 'ringing' && this.#state !== 'answering') return;
    this.#settle('cancelled');
    this.#respond(status);
    for (const listener of [...this.#cancelListeners]) listener();
    this.#cancelListeners.clear();
  }

  #isCancelled(): boolean {
    return this.#state === 'cancelled';
  }

  #settle(state: State): void {
    this.#state = state;
    for (const stop of this.#stopWatching) stop();
  }
}
