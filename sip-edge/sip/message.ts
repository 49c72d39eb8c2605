/** A SIP message as values, and how to read its headers (RFC 3261 section 7). */

/** `name` is the long form of a compact name; `value` is unfolded text, otherwise as it came, possibly with control characters. */
export interface Header {
  readonly name: string;
  readonly value: string;
}

export interface SipRequest {
  readonly kind: 'request';
  readonly method: string;
  /** The Request-URI as text. */
  readonly uri: string;
  readonly headers: readonly Header[];
  readonly body: string;
}

export interface SipResponse {
  readonly kind: 'response';
  /** 100 to 699. */
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly Header[];
  readonly body: string;
}

export type SipMessage = SipRequest | SipResponse;

type HasHeaders = Pick<SipMessage, 'headers'>;

/** The first header of that name, in any casing. */
export function headerOf(message: HasHeaders, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return message.headers.find((header) => header.name.toLowerCase() === wanted)?.value;
}

/** Every value of a header whose values may share a line, separated by commas. */
export function listOf(message: HasHeaders, name: string): readonly string[] {
  const wanted = name.toLowerCase();
  return message.headers
    .filter((header) => header.name.toLowerCase() === wanted)
    .flatMap((header) => splitOutsideQuotes(header.value, ','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

/** Whether a list of tokens such as Allow or Supported names `token`. */
export function lists(message: HasHeaders, name: string, token: string): boolean {
  const wanted = token.toLowerCase();
  return listOf(message, name).some((value) => value.toLowerCase() === wanted);
}

/** Splits at `separator` where it stands neither in a quoted string nor between angle brackets. */
export function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  let bracketed = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '<') bracketed = true;
    else if (character === '>') bracketed = false;
    else if (character === separator && !bracketed) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

interface CSeq {
  readonly number: number;
  readonly method: string;
}

/** RFC 3261 section 20.16: the number is below 2^31. */
function parseCSeq(text: string): CSeq | undefined {
  const match = /^\s*(\d{1,10})\s+([A-Za-z0-9.!%*_+`'~-]{1,32})\s*$/.exec(text);
  const number = Number(match?.[1]);
  const method = match?.[2];
  return method === undefined || number >= 2 ** 31 ? undefined : { number, method };
}

export function cseqOf(message: HasHeaders): CSeq | undefined {
  const text = headerOf(message, 'CSeq');
  return text === undefined ? undefined : parseCSeq(text);
}

export function callIdOf(message: HasHeaders): string {
  return headerOf(message, 'Call-ID') ?? '';
}

/** The same message with its first header of that name replaced. */
export function withFirst<M extends SipMessage>(message: M, name: string, value: string): M {
  const wanted = name.toLowerCase();
  const index = message.headers.findIndex((header) => header.name.toLowerCase() === wanted);
  return index < 0 ? message : { ...message, headers: message.headers.with(index, { name, value }) };
}
