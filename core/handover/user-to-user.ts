import { plainText } from '../plain-text.ts';
import { percentDecode } from './percent.ts';

const HEX_OCTETS = /^(?:[0-9a-f]{2})+$/i;

/**
 * A User-to-User value (RFC 7433 4.1) as text: `<data>;encoding=hex;purpose=...`, hex when no encoding is named. Some equipment sends plain
 * text without saying so, and some sends octets that are no text, such as a call id of another vendor: both come back as they stand, since
 * digits can be compared and garbage cannot. Never throws.
 */
export function readUserToUser(value: string): string {
  const { data, encoding } = splitParameters(value);
  const decoded = HEX_OCTETS.test(data) && (encoding === undefined || encoding === 'hex') ? textOfHex(data) : undefined;
  return plainText(decoded ?? percentDecode(data));
}

function splitParameters(value: string): { readonly data: string; readonly encoding: string | undefined } {
  const quoted = /^\s*"([^"]*)"/.exec(value);
  const [first = '', ...others] = value.slice(quoted?.[0].length ?? 0).split(';');
  const encodings = others.map((parameter) => /^\s*encoding\s*=\s*"?([^\s"]*)/i.exec(parameter)?.[1]);
  return {
    data: quoted?.[1] ?? first.trim(),
    encoding: encodings.find((encoding) => encoding !== undefined)?.toLowerCase(),
  };
}

/** Undefined unless the octets are UTF-8 without control characters. */
function textOfHex(hex: string): string | undefined {
  const octets = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const text = new TextDecoder().decode(octets);
  return /[\p{Cc}\ufffd]/u.test(text) ? undefined : text;
}
