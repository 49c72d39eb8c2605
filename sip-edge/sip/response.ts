/** Building a response from its request (RFC 3261 8.2.6). */
import { type Header, headerOf, type SipRequest, type SipResponse } from './message.ts';
import { tagOf } from './name-addr.ts';
import { reasonPhrase } from './reason-phrases.ts';

export interface ResponseParts {
  readonly headers?: readonly Header[];
  readonly body?: { readonly contentType: string; readonly text: string };
  /** Put on To where the request has none there. */
  readonly toTag?: string;
}

export function responseTo(request: SipRequest, status: number, parts: ResponseParts = {}): SipResponse {
  const to = headerOf(request, 'To') ?? '';
  const taggedTo = parts.toTag !== undefined && tagOf(to) === undefined ? `${to};tag=${parts.toTag}` : to;
  const copied = request.headers.filter(({ name }) => /^(via|from|call-id|cseq)$/i.test(name));
  const body = parts.body;
  return {
    kind: 'response',
    status,
    reason: reasonPhrase(status),
    headers: [
      ...copied,
      { name: 'To', value: taggedTo },
      ...(parts.headers ?? []),
      ...(body === undefined ? [] : [{ name: 'Content-Type', value: body.contentType }]),
    ],
    body: body?.text ?? '',
  };
}
