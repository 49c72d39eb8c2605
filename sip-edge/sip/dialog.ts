/** A dialog (RFC 3261 section 12): the identity and order of the requests between two ends. */
import {
  callIdOf,
  cseqOf,
  type Header,
  headerOf,
  listOf,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from './message.ts';
import { parseNameAddr, tagOf } from './name-addr.ts';

export const MAX_FORWARDS = '70';

export interface DialogIdentity {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
}

export class Dialog {
  readonly identity: DialogIdentity;
  /** From and To values of our requests, tags included. */
  readonly #local: string;
  readonly #remote: string;
  readonly #routeSet: readonly string[];
  #remoteTarget: string;
  #localSequence: number;
  #remoteSequence: number | undefined;

  private constructor(
    identity: DialogIdentity,
    ends: { local: string; remote: string; routeSet: readonly string[]; remoteTarget: string },
    sequences: { local: number; remote: number | undefined },
  ) {
    this.identity = identity;
    this.#local = ends.local;
    this.#remote = ends.remote;
    this.#routeSet = ends.routeSet;
    this.#remoteTarget = ends.remoteTarget;
    this.#localSequence = sequences.local;
    this.#remoteSequence = sequences.remote;
  }

  /** The server's side (12.1.1). Undefined when the request has no usable Contact. */
  static fromRequest(request: SipRequest, localTag: string): Dialog | undefined {
    const remoteTarget = contactOf(request);
    if (remoteTarget === undefined) return undefined;
    const remote = headerOf(request, 'From') ?? '';
    return new Dialog(
      { callId: callIdOf(request), localTag, remoteTag: tagOf(remote) ?? '' },
      {
        local: `${headerOf(request, 'To') ?? ''};tag=${localTag}`,
        remote,
        routeSet: listOf(request, 'Record-Route'),
        remoteTarget,
      },
      { local: 0, remote: cseqOf(request)?.number },
    );
  }

  /** The client's side (12.1.2). Undefined when the response has no tag or no usable Contact. */
  static fromResponse(request: SipRequest, response: SipResponse): Dialog | undefined {
    const remote = headerOf(response, 'To') ?? '';
    const remoteTag = tagOf(remote);
    const remoteTarget = contactOf(response);
    const local = headerOf(request, 'From') ?? '';
    if (remoteTag === undefined || remoteTarget === undefined) return undefined;
    return new Dialog(
      { callId: callIdOf(request), localTag: tagOf(local) ?? '', remoteTag },
      { local, remote, routeSet: listOf(response, 'Record-Route').toReversed(), remoteTarget },
      { local: cseqOf(request)?.number ?? 0, remote: undefined },
    );
  }

  /** Where the next request goes first: the top route, or the peer's Contact. A URI as text. */
  get nextHop(): string {
    const [route] = this.#routeSet;
    return (route === undefined ? undefined : parseNameAddr(route)?.uriText) ?? this.#remoteTarget;
  }

  /** CSeq number of the next request but an ACK. */
  get nextSequence(): number {
    return this.#localSequence + 1;
  }

  /** Builds the next request; an ACK bears the number of its INVITE. */
  request(method: string, parts: { headers?: readonly Header[]; body?: string; ackOf?: number } = {}): SipRequest {
    const sequence = parts.ackOf ?? (this.#localSequence += 1);
    const { uri, routes } = this.#path();
    return {
      kind: 'request',
      method,
      uri,
      headers: [
        ...routes.map((value) => ({ name: 'Route', value })),
        { name: 'Max-Forwards', value: MAX_FORWARDS },
        { name: 'From', value: this.#local },
        { name: 'To', value: this.#remote },
        { name: 'Call-ID', value: this.identity.callId },
        { name: 'CSeq', value: `${sequence} ${method}` },
        ...(parts.headers ?? []),
      ],
      body: parts.body ?? '',
    };
  }

  /** Whether a request of the peer comes in order (12.2.2); remembers its number when it does. */
  takesInOrder(request: SipRequest): boolean {
    const number = cseqOf(request)?.number ?? 0;
    if (this.#remoteSequence !== undefined && number <= this.#remoteSequence) return false;
    this.#remoteSequence = number;
    return true;
  }

  /** A re-INVITE, UPDATE or their 2xx may move the peer (12.2.1.2, 12.2.2). */
  refreshTarget(message: SipMessage): void {
    this.#remoteTarget = contactOf(message) ?? this.#remoteTarget;
  }

  /** 12.2.1.1: a first route without `lr` is a strict router, which wants to be the Request-URI. */
  #path(): { uri: string; routes: readonly string[] } {
    const [first, ...rest] = this.#routeSet;
    const strict = first === undefined ? undefined : parseNameAddr(first);
    if (strict === undefined || strict.uri.parameters.has('lr')) {
      return { uri: this.#remoteTarget, routes: this.#routeSet };
    }
    return { uri: strict.uriText, routes: [...rest, `<${this.#remoteTarget}>`] };
  }
}

/** Only the first Contact counts (acs-facts 6.3). */
function contactOf(message: SipMessage): string | undefined {
  return parseNameAddr(listOf(message, 'Contact')[0] ?? '')?.uriText;
}
