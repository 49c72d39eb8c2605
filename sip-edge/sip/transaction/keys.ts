/** How messages find their transaction (RFC 3261 17.1.3 and 17.2.3). */
import { callIdOf, cseqOf, headerOf, listOf, type SipRequest, type SipResponse } from '../message.ts';
import { tagOf } from '../name-addr.ts';
import { BRANCH_COOKIE, parseVia } from '../via.ts';

/** A CANCEL's key with `method` INVITE is that of the INVITE it cancels (9.1); an ACK always belongs to an INVITE. */
export function serverKey(request: SipRequest, method = request.method): string {
  const via = parseVia(listOf(request, 'Via')[0] ?? '');
  const branch = via?.parameters.get('branch') ?? '';
  const kind = method === 'ACK' ? 'INVITE' : method;
  if (via !== undefined && branch.startsWith(BRANCH_COOKIE)) {
    return `${branch}|${via.host.toLowerCase()}:${via.port ?? ''}|${kind}`;
  }
  // An RFC 2543 client has no unique branch.
  return [
    'rfc2543',
    callIdOf(request),
    cseqOf(request)?.number,
    tagOf(headerOf(request, 'From')),
    via?.host,
    via?.port,
    kind,
  ].join('|');
}

export function clientKey(message: SipRequest | SipResponse): string {
  const via = parseVia(listOf(message, 'Via')[0] ?? '');
  return `${via?.parameters.get('branch') ?? ''}|${cseqOf(message)?.method ?? ''}`;
}

/** Equal for copies of one request that came over different paths (8.2.2.2). */
export function mergeKey(request: SipRequest): string {
  const cseq = cseqOf(request);
  return [callIdOf(request), tagOf(headerOf(request, 'From')), cseq?.number, cseq?.method].join('|');
}
