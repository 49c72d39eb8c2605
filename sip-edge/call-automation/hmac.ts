/** Shared-key signatures as the SDKs make them (acs-facts 2.6). Pure. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** The usual figure of the service; retries of the SDK reuse the first date. */
const MAX_SKEW_MS = 5 * 60 * 1000;

interface SignedRequest {
  readonly method: string;
  readonly pathAndQuery: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

type SignatureCheck = { readonly kind: 'valid' } | { readonly kind: 'invalid'; readonly why: string };

const AUTHORIZATION =
  /^HMAC-SHA256 SignedHeaders=(x-ms-date|date);host;x-ms-content-sha256&Signature=([A-Za-z0-9+/=]{1,128})$/;

export function checkSignature(request: SignedRequest, key: Buffer, now: Date): SignatureCheck {
  const match = AUTHORIZATION.exec(header(request, 'authorization'));
  const [, dateHeader = '', signature = ''] = match ?? [];
  if (match === null) return { kind: 'invalid', why: 'the Authorization header is not an HMAC-SHA256 signature' };
  const date = header(request, dateHeader);
  const skewMs = Math.abs(now.getTime() - Date.parse(date));
  if (!(skewMs <= MAX_SKEW_MS)) return { kind: 'invalid', why: `${dateHeader} is not within five minutes of now` };
  const contentHash = createHash('sha256').update(request.body).digest('base64');
  if (header(request, 'x-ms-content-sha256') !== contentHash) {
    return { kind: 'invalid', why: 'x-ms-content-sha256 does not match the body' };
  }
  const signed = `${request.method}\n${request.pathAndQuery}\n${date};${header(request, 'host')};${contentHash}`;
  return isSame(signature, createHmac('sha256', key).update(signed).digest('base64'))
    ? { kind: 'valid' }
    : { kind: 'invalid', why: 'the signature does not match' };
}

function header(request: SignedRequest, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

function isSame(one: string, other: string): boolean {
  const left = Buffer.from(one);
  const right = Buffer.from(other);
  return left.length === right.length && timingSafeEqual(left, right);
}
