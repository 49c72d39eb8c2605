/** Gives every request to whom it concerns: its dialog, a new call, or an answer at once. */
import { loggable } from './loggable.ts';
import { type DialogIdentity } from './dialog.ts';
import { checkInvite } from './inbound-invite.ts';
import { newTag } from './ids.ts';
import { InboundCall } from './leg/inbound-call.ts';
import { warning } from './leg/active-leg.ts';
import { callIdOf, headerOf, type SipRequest } from './message.ts';
import { tagOf } from './name-addr.ts';
import { ALLOW, type DialogUser, type Signalling } from './signalling.ts';
import type { ServerTransaction } from './transaction/server.ts';
import type { TrunkPings } from './trunk-pings.ts';
import { refuseMethod } from './unwanted.ts';

/** Dialogs by Call-ID and our own tag. */
export class DialogRegister {
  readonly #users = new Map<string, DialogUser>();

  get size(): number {
    return this.#users.size;
  }

  add({ callId, localTag }: DialogIdentity, user: DialogUser): () => void {
    const key = `${localTag}|${callId}`;
    this.#users.set(key, user);
    return () => {
      if (this.#users.get(key) === user) this.#users.delete(key);
    };
  }

  clear(): void {
    this.#users.clear();
  }

  all(): readonly DialogUser[] {
    return [...this.#users.values()];
  }

  find(request: SipRequest): DialogUser | undefined {
    return this.#users.get(`${tagOf(headerOf(request, 'To')) ?? ''}|${callIdOf(request)}`);
  }
}

export class UserAgent {
  readonly #signalling: Signalling;
  readonly #dialogs: DialogRegister;
  readonly #pings: TrunkPings;
  readonly #onCall: (call: InboundCall) => void;

  constructor(signalling: Signalling, dialogs: DialogRegister, pings: TrunkPings, onCall: (call: InboundCall) => void) {
    this.#signalling = signalling;
    this.#dialogs = dialogs;
    this.#pings = pings;
    this.#onCall = onCall;
  }

  onAck(ack: SipRequest): void {
    this.#dialogs.find(ack)?.onAck(ack);
  }

  onRequest(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (tagOf(headerOf(request, 'To')) !== undefined) {
      const dialog = this.#dialogs.find(request);
      if (dialog === undefined) transaction.respond(481);
      else dialog.onRequest(transaction);
      return;
    }
    switch (request.method) {
      case 'INVITE':
        this.#onInvite(transaction);
        return;
      case 'OPTIONS':
        this.#onOptions(transaction);
        return;
      case 'BYE':
      case 'NOTIFY':
        transaction.respond(481, { toTag: newTag() });
        return;
      default:
        refuseMethod(transaction);
    }
  }

  #onOptions(transaction: ServerTransaction): void {
    const admission = this.#signalling.trunks.admit(transaction.request, transaction.flow);
    if (admission.kind === 'refused') {
      this.#forbid(transaction, admission.reason);
      return;
    }
    this.#signalling.trunks.saw(admission.trunk, transaction.request, transaction.flow);
    this.#pings.begin(admission.trunk);
    transaction.respond(200, { toTag: newTag(), headers: [ALLOW, { name: 'Accept', value: 'application/sdp' }] });
  }

  #onInvite(transaction: ServerTransaction): void {
    const { request, flow } = transaction;
    const { log, domain } = this.#signalling;
    const admission = this.#signalling.trunks.admit(request, flow);
    if (admission.kind === 'refused') {
      this.#forbid(transaction, admission.reason);
      return;
    }
    const check = checkInvite(request);
    const trunk = admission.trunk.fqdn;
    if (check.kind === 'refused') {
      log.warn({ trunk, status: check.status, reason: check.warning }, 'call refused');
      const explained = check.warning === undefined ? [] : [warning(check.warning, domain)];
      transaction.respond(check.status, { toTag: newTag(), headers: [...check.headers, ...explained] });
      return;
    }
    if (check.cutOff > 0) log.warn({ trunk, cutOff: check.cutOff }, 'custom headers cut off');
    this.#onCall(new InboundCall(this.#signalling, transaction, admission.trunk, check));
  }

  #forbid(transaction: ServerTransaction, reason: string): void {
    const { flow, request } = transaction;
    const contact = loggable(headerOf(request, 'Contact') ?? '', 100);
    this.#signalling.log.warn({ remote: flow.remote.address, contact, reason }, 'sip request refused: no trunk');
    transaction.respond(403, { toTag: newTag() });
  }
}
