import type { IncomingHttpHeaders } from 'node:http';
import { isSameSecret } from '../http/secret.ts';

/** `api-key`, or the same key as a bearer token, which is how the v1 path takes it. */
export function hasApiKey(headers: IncomingHttpHeaders, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  const header = headers['api-key'];
  const given = typeof header === 'string' ? header : /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  return given !== undefined && isSameSecret(given, wanted);
}
