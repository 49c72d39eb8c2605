/** One header line as it stood in the message, name in its own casing. */
export interface RawHeader {
  readonly name: string;
  readonly value: string;
}

/** A custom header as the desktop of the person who takes the call shows it. */
export interface DecodedHeader extends RawHeader {
  /** What a person reads: percent-encoding and hex User-to-User undone; the raw value where neither fits. */
  readonly decoded: string;
}

/** The header lines of a SIP message, folded lines joined (RFC 3261 section 7.3.1). */
export function readHeaders(message: string): RawHeader[] {
  const head = message.split('\r\n\r\n', 1)[0] ?? '';
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  const headers: RawHeader[] = [];
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.push({ name: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim() });
  }
  return headers;
}

/** `X-...` and User-to-User (RFC 7433): what an SBC passes on unread from a REFER to the INVITE it causes. */
export function customHeaders(headers: readonly RawHeader[]): RawHeader[] {
  return headers.filter(({ name }) => /^x-/i.test(name) || /^user-to-user$/i.test(name));
}

export function decodeHeader(header: RawHeader): DecodedHeader {
  const decoded = /^user-to-user$/i.test(header.name) ? decodeUserToUser(header.value) : decodePercent(header.value);
  return { ...header, decoded };
}

/** RFC 7433 section 4.1: the value, then parameters; hexadecimal when `encoding=hex` says so. */
function decodeUserToUser(value: string): string {
  const [data = '', ...parameters] = value.split(';').map((part) => part.trim());
  const isHex = parameters.some((parameter) => /^encoding\s*=\s*"?hex"?$/i.test(parameter));
  if (isHex && /^([0-9a-f]{2})*$/i.test(data)) return Buffer.from(data, 'hex').toString('utf8');
  return decodePercent(data);
}

function decodePercent(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    // A lone percent sign: the sender did not encode, so the raw value is what it meant.
    return value;
  }
}

/** Headers that a Refer-To URI carries behind its question mark (RFC 3261 section 19.1.1), unescaped. */
export function headersOfUri(uri: string): RawHeader[] {
  const question = uri.indexOf('?');
  if (question < 0) return [];
  return uri
    .slice(question + 1)
    .replace(/>.*$/s, '')
    .split('&')
    .map((pair) => {
      const [name = '', value = ''] = pair.split('=', 2);
      return { name: decodePercent(name), value: decodePercent(value) };
    })
    .filter(({ name }) => name !== '');
}
