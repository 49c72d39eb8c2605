/** Requests that we know and do not serve, and those that we do not know. */
import { ALLOW } from './signalling.ts';
import { newTag } from './ids.ts';
import type { ServerTransaction } from './transaction/server.ts';

const KNOWN = new Set([
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'REGISTER',
  'INFO',
  'UPDATE',
  'MESSAGE',
  'PRACK',
  'REFER',
  'NOTIFY',
  'SUBSCRIBE',
  'PUBLISH',
]);

/** 405 for a method of SIP, 501 for any other (RFC 3261 8.2.1, 21.5.2). */
export function refuseMethod(transaction: ServerTransaction): void {
  const status = KNOWN.has(transaction.request.method) ? 405 : 501;
  transaction.respond(status, { headers: [ALLOW], toTag: newTag() });
}
