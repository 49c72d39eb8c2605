import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import type { CallId } from '#core/ids';

/** What a ticket opens: the media socket of a call, or its callbacks. One does not open the other. */
export type TicketPurpose = 'media' | 'events';

export type TicketVerdict = 'valid' | 'missing' | 'malformed' | 'forged' | 'expired';

/** HMAC-SHA256 keys shorter than its output weaken it (RFC 2104 section 3). */
const SECRET_MIN_CHARS = 32;
const TICKET_MAX_CHARS = 200;
const FORM = /^v1\.(\d{1,12})\.([A-Za-z0-9_-]{43})$/;

export const ticketSettings = z
  .object({
    TICKET_SECRET: z
      .string('expected a secret')
      .min(SECRET_MIN_CHARS, `expected ${SECRET_MIN_CHARS} characters at least`),
  })
  .transform((env) => ({ secret: env.TICKET_SECRET }));

/**
 * `v1.<expiry in epoch seconds>.<HMAC>`: binds a URL that we give to ACS to one call and one purpose. Beside the token, not instead of
 * it: the token says that ACS sent this, the ticket says for which call.
 */
export function makeTicket(secret: string, purpose: TicketPurpose, callId: CallId, expiresAtMs: number): string {
  const expiry = Math.floor(expiresAtMs / 1000);
  return `v1.${expiry}.${sign(secret, purpose, callId, expiry).toString('base64url')}`;
}

export function checkTicket(
  secret: string,
  purpose: TicketPurpose,
  callId: CallId,
  ticket: string | null | undefined,
  nowMs: number,
): TicketVerdict {
  if (ticket === null || ticket === undefined || ticket === '') return 'missing';
  if (ticket.length > TICKET_MAX_CHARS) return 'malformed';
  const [, expiryText, signature] = FORM.exec(ticket) ?? [];
  if (expiryText === undefined || signature === undefined) return 'malformed';
  const expiry = Number(expiryText);
  const expected = sign(secret, purpose, callId, expiry);
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'forged';
  return expiry * 1000 > nowMs ? 'valid' : 'expired';
}

function sign(secret: string, purpose: TicketPurpose, callId: CallId, expiry: number): Buffer {
  return createHmac('sha256', secret).update(`${purpose}:${callId}:${expiry}`).digest();
}
