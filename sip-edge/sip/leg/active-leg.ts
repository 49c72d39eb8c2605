/** An established call with a trunk: answers what comes in its dialog, sends what we want, and ends once. */
import type { ActiveLeg, LegAudio, LegEnd, ReferRequest, ReferResult } from '../../leg.ts';
import type { DialogLink, Final } from '../dialog-link.ts';
import { loggable } from '../loggable.ts';
import { cseqOf, headerOf, listOf, lists, type SipMessage, type SipRequest } from '../message.ts';
import { type AckWait, repeatUntilAck } from '../repeat-until-ack.ts';
import {
  agreedInterval,
  negotiateInterval,
  offeredInterval,
  type ServerNegotiation,
  type SessionInterval,
  SessionTimer,
} from '../session-timer.ts';
import { ALLOW, type DialogUser, type Signalling } from '../signalling.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import { refuseMethod } from '../unwanted.ts';
import { type Negotiation, SDP } from './negotiation.ts';
import { referHeaders } from './refer-request.ts';
import { Transfer } from './transfer.ts';
import { Transfers } from './transfers.ts';

/** After the end, NOTIFYs of a transfer are still answered for so long; longer than a transfer lasts. */
const LINGER_MS = 64_000;
/** RFC 3261 14.1: who owns the Call-ID waits longer after a 491. */
const GLARE_OWNER_MS = { least: 2100, most: 4000 };
const GLARE_OTHER_MS = { least: 10, most: 2000 };

interface LegParts {
  readonly signalling: Signalling;
  readonly link: DialogLink;
  readonly negotiation: Negotiation;
  readonly interval: SessionInterval;
  /** The peer's INVITE or 2xx. */
  readonly introduction: SipMessage;
  readonly role: 'caller' | 'callee';
}

/** A 2xx of ours whose ACK is awaited. */
interface Unacknowledged {
  readonly cseq: number;
  readonly wait: AckWait;
  /** Our offer went out in that 2xx, so the ACK carries the answer. */
  readonly offered: boolean;
  readonly onAck: () => void;
}

export class DialogLeg implements ActiveLeg, DialogUser {
  readonly sipCallId: string;
  readonly trunk: string;
  readonly audio: LegAudio;
  readonly takesRefer: boolean;
  readonly ended: Promise<LegEnd>;
  readonly #parts: LegParts;
  readonly #resolveEnded: (end: LegEnd) => void;
  readonly #timer: SessionTimer;
  readonly #unregister: () => void;
  readonly #transfers = new Transfers();
  #interval: SessionInterval;
  #unacknowledged: Unacknowledged | undefined;
  #state:
    | { readonly name: 'up' }
    /** Our re-INVITE is on its way. */
    | { readonly name: 'refreshing' }
    | { readonly name: 'ended'; readonly farewell: Promise<unknown> } = { name: 'up' };

  constructor(parts: LegParts) {
    const { signalling, link, introduction } = parts;
    const { promise, resolve } = Promise.withResolvers<LegEnd>();
    this.ended = promise;
    this.#resolveEnded = resolve;
    this.#parts = parts;
    this.sipCallId = link.dialog.identity.callId;
    this.trunk = link.trunk.fqdn;
    this.audio = parts.negotiation.media.audio;
    this.takesRefer =
      listOf(introduction, 'Allow').length > 0
        ? lists(introduction, 'Allow', 'REFER')
        : signalling.trunks.takesRefer(link.trunk);
    this.#interval = parts.interval;
    this.#timer = new SessionTimer(signalling.clock, {
      onRefreshDue: () => void this.#refresh(),
      onExpired: () => this.#giveUp('session expired'),
    });
    this.#timer.restart(this.#interval);
    this.#unregister = signalling.register(link.dialog.identity, this);
    parts.negotiation.media.onFailure((error) => {
      signalling.log.error({ ...this.#logged(), error: String(error) }, 'audio tick failed');
    });
  }

  async refer(request: ReferRequest, signal: AbortSignal): Promise<ReferResult> {
    if (this.#state.name === 'ended') return { kind: 'refused', status: 481 };
    if (this.#transfers.underWay) return { kind: 'refused', status: 491 };
    const { link, signalling } = this.#parts;
    const transfer = new Transfer(request.onAccepted, signalling.clock, signal);
    this.#transfers.add(link.dialog.nextSequence, transfer);
    const host = signalling.contact(link.flow.transport).replace(/^<sip:|>$/g, '');
    const headers = [link.contact(), ...referHeaders(request, host, signalling.transferHeaders)];
    void link.send('REFER', { headers }).then(({ status }) => transfer.answered(status));
    return transfer.result;
  }

  async hangUp(): Promise<void> {
    if (this.#state.name === 'ended') {
      await this.#state.farewell;
      return;
    }
    const farewell = this.#parts.link.send('BYE');
    this.#end({ by: 'us', detail: 'hung up' }, farewell);
    await farewell;
  }

  leave(): Promise<void> {
    return this.hangUp();
  }

  /** Repeats the 2xx that `transaction` has just been answered with. Rejects when no ACK comes; the leg has ended then. */
  awaitAck(transaction: ServerTransaction, repeat: () => void, offered: boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const { clock, timers } = this.#parts.signalling;
    this.#unacknowledged?.wait.stop();
    const wait = repeatUntilAck(clock, timers, repeat, () => this.#giveUp('no ACK'));
    const cseq = cseqOf(transaction.request)?.number ?? 0;
    this.#unacknowledged = { cseq, wait, offered, onAck: () => resolve(undefined) };
    void this.ended.then(({ detail }) => reject(new Error(detail)));
    return promise;
  }

  onAck(ack: SipRequest): void {
    const waiting = this.#unacknowledged;
    if (waiting?.cseq !== cseqOf(ack)?.number || waiting === undefined) return;
    this.#unacknowledged = undefined;
    waiting.wait.stop();
    if (waiting.offered && ack.body !== '' && !this.#parts.negotiation.accept(ack.body)) {
      this.#giveUp('answer in the ACK cannot be used');
    } else waiting.onAck();
  }

  onRequest(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (request.method === 'NOTIFY' && this.#state.name === 'ended') this.#onNotify(transaction);
    else if (this.#state.name === 'ended') transaction.respond(481);
    else if (!this.#parts.link.dialog.takesInOrder(request)) transaction.respond(500, { headers: RETRY_LATER });
    else this.#onOrdered(transaction);
  }

  #onOrdered(transaction: ServerTransaction): void {
    switch (transaction.request.method) {
      case 'BYE':
        transaction.respond(200);
        this.#end(
          { by: 'peer', detail: loggable(headerOf(transaction.request, 'Reason') ?? 'BYE') },
          Promise.resolve(),
        );
        return;
      case 'INVITE':
        this.#onReinvite(transaction);
        return;
      case 'OPTIONS':
        transaction.respond(200, { headers: [ALLOW, { name: 'Accept', value: SDP }] });
        return;
      case 'NOTIFY':
        this.#onNotify(transaction);
        return;
      default:
        refuseMethod(transaction);
    }
  }

  #onNotify(transaction: ServerTransaction): void {
    const { request } = transaction;
    const notified = this.#transfers.of(request);
    if (notified.kind === 'bad-event') transaction.respond(489);
    else if (notified.kind === 'unknown') transaction.respond(481);
    else {
      transaction.respond(200);
      notified.transfer.notified(request);
    }
  }

  #onReinvite(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (this.#state.name === 'refreshing') transaction.respond(491);
    // RFC 3261 14.2: the ACK of the INVITE before has still to come.
    else if (this.#unacknowledged !== undefined) transaction.respond(500, { headers: RETRY_LATER });
    else {
      const interval = negotiateInterval(request);
      if (interval.kind === 'too-small') transaction.respond(422, { headers: interval.headers });
      else this.#renegotiate(transaction, interval);
    }
  }

  #renegotiate(transaction: ServerTransaction, agreed: Extract<ServerNegotiation, { readonly kind: 'agreed' }>): void {
    const { request } = transaction;
    const { link, negotiation, signalling } = this.#parts;
    const offered = request.body === '';
    const said = offered ? { kind: 'answered' as const, sdp: negotiation.offer() } : negotiation.answer(request.body);
    if (said.kind === 'refused') {
      transaction.respond(488, { headers: [warning(said.warning, signalling.domain)] });
      return;
    }
    link.dialog.refreshTarget(request);
    this.#interval = agreed.interval;
    this.#timer.restart(this.#interval);
    const answer = (): void =>
      transaction.respond(200, {
        headers: [link.contact(), ALLOW, ...agreed.headers],
        body: { contentType: SDP, text: said.sdp },
      });
    answer();
    // The leg's end tells whoever cares.
    this.awaitAck(transaction, answer, offered).catch(() => undefined);
  }

  async #refresh(): Promise<void> {
    if (this.#state.name !== 'up') return;
    this.#state = { name: 'refreshing' };
    const { link, negotiation } = this.#parts;
    const final = await link.invite({
      headers: [ALLOW, ...offeredInterval(this.#interval), { name: 'Content-Type', value: SDP }],
      body: negotiation.offer(),
    });
    if (this.#isEnded()) return;
    this.#state = { name: 'up' };
    this.#onRefreshed(final);
  }

  #onRefreshed({ status, response }: Final): void {
    const { link, negotiation, signalling, role } = this.#parts;
    if (status < 300 && response !== undefined) {
      link.dialog.refreshTarget(response);
      if (response.body !== '') negotiation.accept(response.body);
      this.#interval = agreedInterval(response, this.#interval.seconds);
      this.#timer.restart(this.#interval);
    } else if (status === 481 || (status === 408 && response === undefined)) {
      // RFC 3261 12.2.1.2: the peer has forgotten the call, or is gone.
      this.#giveUp(`refresh failed: ${status}`);
    } else if (status === 491) {
      const { least, most } = role === 'caller' ? GLARE_OWNER_MS : GLARE_OTHER_MS;
      const stop = signalling.clock.after(least + Math.random() * (most - least), () => void this.#refresh());
      void this.ended.then(stop);
    } else this.#timer.retry();
  }

  /** The peer cannot be relied on any more: a BYE is sent, but nobody waits for it. */
  #giveUp(detail: string): void {
    if (this.#state.name === 'ended') return;
    this.#end({ by: 'network', detail }, this.#parts.link.send('BYE'));
  }

  #isEnded(): boolean {
    return this.#state.name === 'ended';
  }

  #end(end: LegEnd, farewell: Promise<unknown>): void {
    if (this.#state.name === 'ended') return;
    this.#state = { name: 'ended', farewell };
    this.#timer.stop();
    this.#unacknowledged?.wait.stop();
    this.#unacknowledged = undefined;
    this.#endMedia(end);
    this.#transfers.legEnded(end.by);
    if (this.#transfers.none) this.#unregister();
    else this.#parts.signalling.clock.after(LINGER_MS, this.#unregister);
    this.#resolveEnded(end);
  }

  #endMedia({ by, detail }: LegEnd): void {
    const { negotiation, signalling } = this.#parts;
    const { media } = negotiation;
    media.end();
    const { failedTicks } = media;
    signalling.log.info({ ...this.#logged(), by, detail, ...this.audio.stats(), failedTicks }, 'leg ended');
  }

  #logged(): { readonly sipCallId: string; readonly trunk: string } {
    return { sipCallId: loggable(this.sipCallId), trunk: this.trunk };
  }
}

const RETRY_LATER = [{ name: 'Retry-After', value: '2' }];

/** Names the host that says it (RFC 3261 section 20.43). */
export function warning(codeAndText: string, host: string): { readonly name: string; readonly value: string } {
  return { name: 'Warning', value: codeAndText.replace(' ', ` ${host} `) };
}
