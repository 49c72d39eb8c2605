import { Grammar, NameAddrHeader, type IncomingReferRequest, type Session } from 'sip.js/lib/core/index.js';
import { customHeaders, headersOfUri, readHeaders, type RawHeader } from './sip/headers.ts';

const REASON: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  200: 'OK',
  404: 'Not Found',
  408: 'Request Timeout',
  480: 'Temporarily Unavailable',
  486: 'Busy Here',
  603: 'Decline',
};

/**
 * A REFER the SBC was asked to carry out (RFC 3515): accepted with 202, then NOTIFYs tell how it goes until a final one.
 * Works on after the dialog's call has ended: sip.js still builds in-dialog requests then.
 */
export class Refer {
  /** User part of Refer-To: the number to call. Empty when it cannot be read. */
  readonly target: string;
  /** Custom headers of the REFER itself and of its Refer-To URI: what the new INVITE has to carry. */
  readonly headers: readonly RawHeader[];
  readonly #request: IncomingReferRequest;
  readonly #session: Session;
  readonly #contact: string;
  readonly #onSettled: () => void;
  #isSettled = false;

  constructor(request: IncomingReferRequest, session: Session, contact: string, onSettled: () => void) {
    this.#request = request;
    this.#session = session;
    this.#contact = contact;
    this.#onSettled = onSettled;
    const headers = readHeaders(request.message.data);
    const referTo = headers.find(({ name }) => /^(refer-to|r)$/i.test(name))?.value ?? '';
    this.target = targetUser(referTo);
    this.headers = customHeaders([...headers, ...headersOfUri(referTo)]);
  }

  accept(): void {
    this.#request.accept({ statusCode: 202, extraHeaders: [`Contact: ${this.#contact}`] });
  }

  refuse(status: number): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#request.reject({ statusCode: status });
    this.#onSettled();
  }

  /** A status of 200 and above is the last word. */
  notify(status: number): void {
    if (this.#isSettled) return;
    const isFinal = status >= 200;
    this.#isSettled = isFinal;
    const settled = isFinal ? this.#onSettled : undefined;
    this.#session.notify(
      { onAccept: () => settled?.(), onReject: () => settled?.(), onRedirect: () => settled?.() },
      {
        extraHeaders: [
          `Event: refer;id=${this.#request.message.cseq}`,
          `Subscription-State: ${isFinal ? 'terminated;reason=noresource' : 'active;expires=60'}`,
          `Contact: ${this.#contact}`,
        ],
        body: {
          contentDisposition: 'render',
          contentType: 'message/sipfrag;version=2.0',
          content: `SIP/2.0 ${status} ${REASON[status] ?? 'Failed'}\r\n`,
        },
      },
    );
  }
}

function targetUser(referTo: string): string {
  const parsed: unknown = Grammar.nameAddrHeaderParse(referTo) ?? undefined;
  const user = parsed instanceof NameAddrHeader ? parsed.uri.user : /sips?:([^@;>?]+)@/i.exec(referTo)?.[1];
  return user ?? '';
}
