/** Sends the requests of one dialog and waits for their final responses. */
import type { Trunk } from '../trunks.ts';
import type { Dialog } from './dialog.ts';
import { loggable } from './loggable.ts';
import { cseqOf, type Header, type SipRequest, type SipResponse } from './message.ts';
import type { Signalling } from './signalling.ts';
import type { Flow } from './transport.ts';

export interface Final {
  /** 408 and 503 also when nothing came back. */
  readonly status: number;
  readonly response: SipResponse | undefined;
}

interface RequestParts {
  readonly headers?: readonly Header[];
  readonly body?: string;
}

export class DialogLink {
  readonly dialog: Dialog;
  readonly trunk: Trunk;
  readonly #signalling: Signalling;
  #flow: Flow;

  constructor(signalling: Signalling, dialog: Dialog, trunk: Trunk, flow: Flow) {
    this.#signalling = signalling;
    this.dialog = dialog;
    this.trunk = trunk;
    this.#flow = flow;
  }

  get flow(): Flow {
    return this.#flow;
  }

  contact(): Header {
    return { name: 'Contact', value: this.#signalling.contact(this.#flow.transport) };
  }

  /** Any request but INVITE and ACK. Never rejects. */
  async send(method: string, parts: RequestParts = {}): Promise<Final> {
    const request = this.dialog.request(method, parts);
    return this.#final(request, () => undefined);
  }

  /** A re-INVITE; a 2xx, and each repetition of it, is acknowledged. Never rejects. */
  async invite(parts: RequestParts): Promise<Final> {
    const request = this.dialog.request('INVITE', { ...parts, headers: [this.contact(), ...(parts.headers ?? [])] });
    const ackOf = cseqOf(request)?.number ?? 0;
    const acknowledge = acknowledger(this.#signalling, this.dialog, ackOf);
    return this.#final(request, (flow) => acknowledge(flow));
  }

  async #final(request: SipRequest, onSuccess: (flow: Flow) => void): Promise<Final> {
    const { transactions, log } = this.#signalling;
    let flow: Flow;
    try {
      flow = await this.#signalling.flowFor(this.dialog.nextHop, this.trunk, this.#flow);
    } catch (error) {
      const sipCallId = loggable(this.dialog.identity.callId);
      const { method } = request;
      log.warn({ sipCallId, trunk: this.trunk.fqdn, method, error: String(error) }, 'sip peer unreachable');
      return { status: 503, response: undefined };
    }
    if (flow.transport !== 'udp') this.#flow = flow;
    return new Promise((resolve) => {
      transactions.request(request, flow, {
        onResponse(response) {
          if (response.status < 200) return;
          if (response.status < 300) onSuccess(flow);
          resolve({ status: response.status, response });
        },
        onFailure: (status) => resolve({ status, response: undefined }),
      });
    });
  }
}

/** Sends the ACK of a 2xx once, and the same ACK again for each repetition (RFC 3261 13.2.2.4). */
export function acknowledger(
  signalling: Signalling,
  dialog: Dialog,
  ackOf: number,
): (flow: Flow, body?: RequestParts) => void {
  let sent: SipRequest | undefined;
  return (flow, parts = {}) => {
    if (sent === undefined) {
      sent = signalling.transactions.acknowledge(dialog.request('ACK', { ...parts, ackOf }), flow);
    } else signalling.transactions.repeat(sent, flow);
  };
}
