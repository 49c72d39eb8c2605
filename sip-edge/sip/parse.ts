/**
 * Bytes to a SIP message (RFC 3261 section 7). Limits come before meaning, and nothing here throws: what cannot be read is
 * `malformed` when a 400 can be addressed to somebody, `junk` when not.
 */
import { cseqOf, headerOf, type Header, listOf, type SipMessage, type SipRequest } from './message.ts';
import { parseNameAddr } from './name-addr.ts';
import { parseVia } from './via.ts';

/** A UDP datagram can be no larger, and no SBC sends a tenth of it. */
export const MAX_MESSAGE_BYTES = 65_535;
const MAX_HEADERS = 512;
/** What is beyond is cut off: an absurd custom header must not cost the call. */
const MAX_VALUE_CHARACTERS = 8192;

export type ParseResult =
  | { readonly kind: 'message'; readonly message: SipMessage }
  /** An empty datagram or CR LF only (RFC 5626 section 3.5.1). */
  | { readonly kind: 'keep-alive' }
  /** A request whose Via, From, To, Call-ID and CSeq can be copied into a 400. */
  | { readonly kind: 'malformed'; readonly reason: string; readonly request: SipRequest }
  | { readonly kind: 'junk'; readonly reason: string };

const LONG_FORMS: Readonly<Record<string, string>> = {
  a: 'Accept-Contact',
  b: 'Referred-By',
  c: 'Content-Type',
  d: 'Request-Disposition',
  e: 'Content-Encoding',
  f: 'From',
  i: 'Call-ID',
  j: 'Reject-Contact',
  k: 'Supported',
  l: 'Content-Length',
  m: 'Contact',
  o: 'Event',
  r: 'Refer-To',
  s: 'Subject',
  t: 'To',
  u: 'Allow-Events',
  v: 'Via',
  x: 'Session-Expires',
  y: 'Identity',
};

const TOKEN = /^[A-Za-z0-9.!%*_+`'~-]+$/;

export function parseMessage(bytes: Uint8Array): ParseResult {
  if (bytes.length > MAX_MESSAGE_BYTES) return junk('larger than 64 kB');
  const start = skipLineEnds(bytes);
  if (start === bytes.length) return { kind: 'keep-alive' };
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset + start, bytes.length - start);
  const headEnd = buffer.indexOf('\r\n\r\n');
  if (headEnd < 0) return junk('no end of the header section');

  const [startLine = '', ...lines] = buffer.toString('utf8', 0, headEnd).split('\r\n');
  const headers = parseHeaders(lines);
  const first = parseStartLine(startLine);
  if (first === undefined) return junk('not a SIP start line');
  const content = buffer.subarray(headEnd + 4);
  const length = contentLength(headers, content.length);
  const body = content.toString('utf8', 0, Math.min(length ?? 0, content.length));
  const message: SipMessage = { ...first, headers, body };

  const problem =
    lines.length > MAX_HEADERS
      ? 'too many headers'
      : length === undefined
        ? 'Content-Length is not a number'
        : length > content.length
          ? 'body shorter than Content-Length'
          : problemOf(message);
  if (problem === undefined) return { kind: 'message', message };
  return message.kind === 'request' && isAnswerable(message)
    ? { kind: 'malformed', reason: problem, request: message }
    : junk(problem);
}

function junk(reason: string): ParseResult {
  return { kind: 'junk', reason };
}

function skipLineEnds(bytes: Uint8Array): number {
  let at = 0;
  while (bytes[at] === 13 || bytes[at] === 10) at += 1;
  return at;
}

type StartLine =
  | { readonly kind: 'request'; readonly method: string; readonly uri: string }
  | { readonly kind: 'response'; readonly status: number; readonly reason: string };

function parseStartLine(line: string): StartLine | undefined {
  if (line.length > MAX_VALUE_CHARACTERS) return undefined;
  const response = /^SIP\/2\.0 ([1-6]\d\d)(?: (.*))?$/i.exec(line);
  if (response !== null) return { kind: 'response', status: Number(response[1]), reason: response[2] ?? '' };
  const request = /^(\S{1,32}) +(\S+) +SIP\/2\.0 *$/i.exec(line);
  const [, method, uri] = request ?? [];
  return method === undefined || uri === undefined || !TOKEN.test(method)
    ? undefined
    : { kind: 'request', method, uri };
}

/** A line that is not `name: value` is left out; a line that begins with white space continues the one before (folding). */
function parseHeaders(lines: readonly string[]): readonly Header[] {
  const headers: { name: string; value: string }[] = [];
  for (const line of lines.slice(0, MAX_HEADERS)) {
    const previous = headers.at(-1);
    if (/^[ \t]/.test(line)) {
      if (previous !== undefined) previous.value = bounded(`${previous.value} ${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim();
    if (name.length > 256 || !TOKEN.test(name)) continue;
    headers.push({ name: LONG_FORMS[name.toLowerCase()] ?? name, value: bounded(line.slice(colon + 1).trim()) });
  }
  return headers;
}

function bounded(value: string): string {
  return value.length > MAX_VALUE_CHARACTERS ? value.slice(0, MAX_VALUE_CHARACTERS) : value;
}

/** What is there when the header is missing (RFC 3261 18.3); undefined when it cannot be read. */
function contentLength(headers: readonly Header[], available: number): number | undefined {
  const text = headerOf({ headers }, 'Content-Length');
  if (text === undefined) return available;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function problemOf(message: SipMessage): string | undefined {
  for (const name of ['Via', 'From', 'To', 'Call-ID', 'CSeq']) {
    if (headerOf(message, name) === undefined) return `no ${name}`;
  }
  if (parseVia(listOf(message, 'Via')[0] ?? '') === undefined) return 'Via cannot be read';
  const from = parseNameAddr(headerOf(message, 'From') ?? '');
  if (from === undefined) return 'From cannot be read';
  if (parseNameAddr(headerOf(message, 'To') ?? '') === undefined) return 'To cannot be read';
  if (!/^\S{1,256}$/.test(headerOf(message, 'Call-ID') ?? '')) return 'Call-ID cannot be read';
  const cseq = cseqOf(message);
  if (cseq === undefined) return 'CSeq cannot be read';
  if (message.kind === 'request' && cseq.method !== message.method) return 'CSeq names another method';
  return undefined;
}

function isAnswerable(request: SipRequest): boolean {
  // An ACK is never answered (RFC 3261 17.2.1).
  if (request.method === 'ACK' || parseVia(listOf(request, 'Via')[0] ?? '') === undefined) return false;
  return ['From', 'To', 'Call-ID', 'CSeq'].every((name) => headerOf(request, name) !== undefined);
}
