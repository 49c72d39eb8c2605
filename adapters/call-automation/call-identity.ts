import { createHash } from 'node:crypto';
import type { CallId, ContextId, CorrelationId } from '#core/ids';

/** Crockford's base 32: no I, L, O or U, so that a person can read it out over the phone. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CALL_ID_HEX_CHARS = 24;
const CONTEXT_ID_CHARS = 10;

/**
 * Our ids of a call, from the correlation id that IncomingCall and all callbacks share: an event that comes twice finds the same row,
 * with nothing looked up.
 */
export function callIdentity(correlationId: CorrelationId): { readonly callId: CallId; readonly contextId: ContextId } {
  const digest = createHash('sha256').update(`trunkline:${correlationId}`).digest();
  const symbols = [...digest.subarray(0, CONTEXT_ID_CHARS)].map((byte) => ALPHABET.charAt(byte % ALPHABET.length));
  return {
    callId: `c-${digest.toString('hex').slice(0, CALL_ID_HEX_CHARS)}` as CallId,
    contextId: symbols.join('') as ContextId,
  };
}
