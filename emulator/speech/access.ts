import type { IncomingHttpHeaders } from 'node:http';
import { isSameSecret } from '../http/secret.ts';

const KEY_HEADER = 'Ocp-Apim-Subscription-Key';

/** The SDK sends the key in a header and, always, in the query: under a runtime that has its own WebSocket no header can be set. */
export function hasKey(headers: IncomingHttpHeaders, query: URLSearchParams, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  const fromHeader = headers[KEY_HEADER.toLowerCase()];
  const given = typeof fromHeader === 'string' ? fromHeader : query.get(KEY_HEADER);
  return given !== null && isSameSecret(given, wanted);
}
