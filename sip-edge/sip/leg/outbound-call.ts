/** One INVITE of ours to one trunk, until it is answered, refused or given up. */
import type { DialRequest } from '../../leg.ts';
import type { CancelTimer } from '../../clock.ts';
import type { Trunk } from '../../trunks.ts';
import { Dialog } from '../dialog.ts';
import { acknowledger, DialogLink } from '../dialog-link.ts';
import { callIdOf, cseqOf, headerOf, type SipRequest, type SipResponse } from '../message.ts';
import { tagOf } from '../name-addr.ts';
import { agreedInterval, intervalAfterRefusal } from '../session-timer.ts';
import type { Signalling } from '../signalling.ts';
import type { ClientTransaction } from '../transaction/client.ts';
import type { Flow } from '../transport.ts';
import { DialogLeg } from './active-leg.ts';
import type { Negotiation } from './negotiation.ts';
import { buildInvite } from './outbound-invite.ts';

/** A trunk that does not even say 100 Trying in this time is passed over, long before Timer B. */
const FIRST_RESPONSE_TIMEOUT_MS = 5000;

export type Attempt =
  | { readonly kind: 'answered'; readonly leg: DialogLeg }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly reason: string;
      /** Whether a response of the peer said so. */
      readonly byPeer: boolean;
      /** Of the INVITE; undefined when none was sent. */
      readonly sipCallId: string | undefined;
      /** Set by a 422: try again with this. */
      readonly sessionSeconds?: number | undefined;
    };

interface AttemptOptions {
  readonly signalling: Signalling;
  readonly trunk: Trunk;
  readonly flow: Flow;
  readonly request: DialRequest;
  /** Its media is ended by the leg, or here when there will be none. */
  readonly negotiation: Negotiation;
  readonly sessionSeconds: number | undefined;
  /** The caller has given up, or the ring time is over: the reason is the status to report. */
  readonly signal: AbortSignal;
}

/** Never rejects. */
export function placeCall(options: AttemptOptions): Promise<Attempt> {
  return new OutboundCall(options).result;
}

class OutboundCall {
  readonly result: Promise<Attempt>;
  readonly #resolve: (attempt: Attempt) => void;
  readonly #options: AttemptOptions;
  readonly #transaction: ClientTransaction;
  readonly #sipCallId: string;
  readonly #cancelFirstResponse: CancelTimer;
  /** Dialogs of 2xx by remote tag: the one that we took, and those that forking brought too late. */
  readonly #acknowledge = new Map<string, () => void>();
  #state: 'calling' | 'ringing' | 'given-up' | 'cancelling' | 'over' = 'calling';

  constructor(options: AttemptOptions) {
    const { signalling, flow, trunk, request, negotiation, signal } = options;
    const { promise, resolve } = Promise.withResolvers<Attempt>();
    this.result = promise;
    this.#resolve = resolve;
    this.#options = options;
    this.#cancelFirstResponse = signalling.clock.after(FIRST_RESPONSE_TIMEOUT_MS, () => this.#giveUp(408));
    const invite = buildInvite({
      request,
      trunk,
      transport: flow.transport,
      contact: signalling.contact(flow.transport),
      domain: signalling.domain,
      sdp: negotiation.offer(),
      sessionSeconds: options.sessionSeconds,
    });
    this.#sipCallId = callIdOf(invite);
    this.#transaction = signalling.transactions.request(invite, flow, {
      onResponse: (response) => this.#onResponse(response),
      onFailure: (status) => this.#refused(status, status === 408 ? 'no response' : 'connection lost', false),
    });
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  #onResponse(response: SipResponse): void {
    this.#cancelFirstResponse();
    if (response.status < 200) {
      if (this.#state === 'given-up') this.#cancel();
      else if (this.#state === 'calling') this.#state = 'ringing';
    } else if (response.status < 300) this.#onSuccess(response);
    else this.#refused(response.status, response.reason, true, response);
  }

  #onSuccess(response: SipResponse): void {
    const tag = tagOf(headerOf(response, 'To')) ?? '';
    const known = this.#acknowledge.get(tag);
    if (known !== undefined) {
      known();
      return;
    }
    const { request } = this.#transaction;
    const dialog = Dialog.fromResponse(request, response);
    if (dialog === undefined) {
      this.#refused(502, '2xx without a tag or Contact', true);
      return;
    }
    const { signalling, trunk, flow, negotiation } = this.#options;
    const link = new DialogLink(signalling, dialog, trunk, flow);
    const acknowledge = this.#acknowledgeAlways(dialog, request);
    this.#acknowledge.set(tag, acknowledge);
    acknowledge();
    if (this.#state !== 'calling' && this.#state !== 'ringing') {
      // A second branch answered, or the answer crossed our CANCEL: that dialog exists and has to be ended.
      void link.send('BYE');
      return;
    }
    if (!negotiation.accept(response.body)) {
      void link.send('BYE');
      this.#refused(488, 'the answer has no codec in common', true);
      return;
    }
    this.#settle();
    const interval = agreedInterval(response, this.#options.sessionSeconds ?? 1800);
    const leg = new DialogLeg({ signalling, link, negotiation, interval, introduction: response, role: 'caller' });
    this.#resolve({ kind: 'answered', leg });
  }

  /** The ACK goes where the dialog's requests go, which need not be where the INVITE went. */
  #acknowledgeAlways(dialog: Dialog, invite: SipRequest): () => void {
    const { signalling, trunk, flow } = this.#options;
    const acknowledge = acknowledger(signalling, dialog, cseqOf(invite)?.number ?? 1);
    return () => {
      signalling.flowFor(dialog.nextHop, trunk, flow).then(
        (to) => acknowledge(to),
        (error: unknown) => {
          const sipCallId = callIdOf(invite);
          signalling.log.warn({ sipCallId, trunk: trunk.fqdn, error: String(error) }, 'sip peer unreachable');
        },
      );
    };
  }

  readonly #onAbort = (): void => this.#giveUp(this.#options.signal.reason === 'ring-timeout' ? 408 : 487);

  /** RFC 3261 9.1: a CANCEL may follow only when a provisional response has come. */
  #giveUp(status: 408 | 487): void {
    if (this.#state !== 'calling' && this.#state !== 'ringing') return;
    const rang = this.#state === 'ringing';
    this.#settle('given-up');
    if (rang) this.#cancel();
    this.#options.negotiation.media.end();
    const reason = status === 487 ? 'cancelled' : rang ? 'not answered' : 'no response';
    this.#resolve({
      kind: 'refused',
      status,
      reason,
      byPeer: rang && status === 408,
      sipCallId: this.#sipCallId,
    });
  }

  #cancel(): void {
    this.#state = 'cancelling';
    this.#options.signalling.transactions.cancel(this.#transaction, this.#options.flow);
  }

  #refused(status: number, reason: string, byPeer: boolean, response?: SipResponse): void {
    if (this.#state !== 'calling' && this.#state !== 'ringing') return;
    this.#settle();
    this.#options.negotiation.media.end();
    const sessionSeconds = status === 422 && response !== undefined ? intervalAfterRefusal(response) : undefined;
    this.#resolve({ kind: 'refused', status, reason, byPeer, sipCallId: this.#sipCallId, sessionSeconds });
  }

  #settle(state: 'over' | 'given-up' = 'over'): void {
    this.#state = state;
    this.#cancelFirstResponse();
    this.#options.signal.removeEventListener('abort', this.#onAbort);
  }
}
