import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { CallerNumber, CallOffer, InboundHeaders } from '#core/call/offer';
import { parseCalledParty, parseCorrelationId, parsePhoneNumber, parseServerCallId, type CallId } from '#core/ids';
import { callIdentity } from '../call-automation/call-identity.ts';
import { numberOf, objectOf, textOf } from '../call-automation/wire-values.ts';

/**
 * A callback's query may be 2,048 characters long before IIS, which Functions on Windows stand behind, refuses it; ticket and names take some. What ACS takes is
 * not documented.
 */
const SEALED_MAX_CHARS = 1_600;
const OPENED_MAX_BYTES = 16 * 1024;
const FORM = /^o1\.([A-Za-z0-9_-]{40,1597})$/;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const TEXT_MAX_CHARS = 1024;

/**
 * The offer of a call, for the URLs that the front is given: who gets one of them can serve the call while the call rows are out of reach, and write the row when
 * they are back. Encrypted, since URLs end up in logs that are not ours; authentic, since a row is made from it; bound to its call. Custom headers are left
 * out, the longest first, until it is short enough for a URL; `undefined` when it is too long without any.
 */
export function sealOffer(secret: string, offer: CallOffer): string | undefined {
  const { custom, userToUser } = offer.headers;
  const byLength = Object.entries(custom).sort(([, one], [, other]) => one.length - other.length);
  for (let kept = byLength.length; kept >= 0; kept -= 1) {
    const headers = { userToUser, custom: Object.fromEntries(byLength.slice(0, kept)) };
    const sealed = seal(secret, { ...offer, headers });
    if (sealed.length <= SEALED_MAX_CHARS) return sealed;
  }
  return undefined;
}

/** `undefined` for what was not sealed by us, or for another call. Never throws. */
export function openOffer(secret: string, callId: CallId, sealed: string | null | undefined): CallOffer | undefined {
  const [, text] = FORM.exec(sealed ?? '') ?? [];
  if (text === undefined) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyOf(secret), bytes.subarray(0, IV_BYTES));
    decipher.setAAD(Buffer.from(callId)).setAuthTag(bytes.subarray(-TAG_BYTES));
    const plain = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
    const json = inflateRawSync(plain, { maxOutputLength: OPENED_MAX_BYTES }).toString('utf8');
    return offerOf(callId, JSON.parse(json));
  } catch {
    return undefined;
  }
}

function seal(
  secret: string,
  { callId, correlationId, serverCallId, from, to, headers, offeredAtMs }: CallOffer,
): string {
  const caller = from.kind === 'number' ? from.number : '';
  const json = JSON.stringify([
    correlationId,
    serverCallId,
    caller,
    to,
    headers.userToUser ?? null,
    headers.custom,
    offeredAtMs,
  ]);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret), iv).setAAD(Buffer.from(callId));
  const body = Buffer.concat([cipher.update(deflateRawSync(json)), cipher.final()]);
  return `o1.${Buffer.concat([iv, body, cipher.getAuthTag()]).toString('base64url')}`;
}

/** Ours by its seal, and yet read as strictly as anything: another version of this program may have written it. */
function offerOf(callId: CallId, value: unknown): CallOffer | undefined {
  if (!Array.isArray(value)) return undefined;
  const fields: readonly unknown[] = value;
  const correlationId = parseCorrelationId(textOf(fields[0], TEXT_MAX_CHARS) ?? '');
  const serverCallId = parseServerCallId(textOf(fields[1], TEXT_MAX_CHARS) ?? '');
  const to = parseCalledParty(textOf(fields[3], TEXT_MAX_CHARS) ?? '');
  const offeredAtMs = numberOf(fields[6]);
  if (correlationId === undefined || serverCallId === undefined || to === undefined || offeredAtMs === undefined) {
    return undefined;
  }
  const { contextId } = callIdentity(correlationId);
  const from = callerOf(fields[2]);
  return { callId, contextId, correlationId, serverCallId, from, to, headers: headersOf(fields), offeredAtMs };
}

function callerOf(value: unknown): CallerNumber {
  const number = parsePhoneNumber(textOf(value, TEXT_MAX_CHARS) ?? '');
  return number === undefined ? { kind: 'anonymous' } : { kind: 'number', number };
}

function headersOf(fields: readonly unknown[]): InboundHeaders {
  const custom = Object.entries(objectOf(fields[5]) ?? {}).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[name, value]] : [],
  );
  return { userToUser: textOf(fields[4], TEXT_MAX_CHARS), custom: Object.fromEntries(custom) };
}

function keyOf(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'trunkline offer in a URL', 32));
}
