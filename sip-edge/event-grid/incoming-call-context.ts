/** The opaque value that stands for a ringing call, in the recorded shape and size (acs-facts 1.3): nobody may read it. */
import { randomBytes } from 'node:crypto';
import type { SigningKey } from '../callbacks/signing-key.ts';

/** Gives 8 to 12 kB in the end. */
const OPAQUE_BYTES = 5_000;
const PROOF_LIFETIME_S = 5 * 60;

/** Header, payload and an empty third part: a trailing dot. */
export async function makeIncomingCallContext(key: SigningKey): Promise<string> {
  const header = { alg: 'none', typ: 'JWT' };
  const payload = { cc: randomBytes(OPAQUE_BYTES).toString('base64'), shrToken: await key.sign(PROOF_LIFETIME_S) };
  return `${encode(header)}.${encode(payload)}.`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** Base64 of a URL, as recorded; the same value returns in callbacks. */
export function makeServerCallId(): string {
  const conversation = randomBytes(16).toString('base64url');
  const expiry = (BigInt(Date.now()) * 100_000n).toString();
  const url = `https://conv-edge.invalid/conv/${conversation}?i=127-0-0-1&e=${expiry}`;
  return Buffer.from(url).toString('base64');
}
