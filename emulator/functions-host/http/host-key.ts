import type { IncomingMessage } from 'node:http';
import { isSameSecret } from '../../http/secret.ts';

/** The key of a request: header `x-functions-key` or query `code`. One key stands for host, function, system and master keys. */
export function hasHostKey(request: IncomingMessage, url: URL, hostKey: string): boolean {
  const header = request.headers['x-functions-key'];
  const given = typeof header === 'string' ? header : url.searchParams.get('code');
  return given !== null && isSameSecret(given, hostKey);
}
