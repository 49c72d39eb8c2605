import type { InboundHeaders } from '../call/offer.ts';
import { clip, plainText } from '../plain-text.ts';
import { percentDecode } from './percent.ts';

/**
 * More than the five that ACS lets through (acs-facts 1.4): the edge's limits are its own, and a limit here is against floods,
 * not for fidelity.
 */
const HEADERS_MAX = 20;
const NAME_MAX_CHARS = 64;
const VALUE_MAX_CHARS = 1024;
/** The prefixes of acs-facts 1.4, longest first. */
const PREFIX = /^x-?ms-?custom-?|^x-/i;

/**
 * Custom SIP headers out of `customContext.sipHeaders`. The casing of the keys is a documented conflict (acs-facts 1.4), so names are compared
 * with case and hyphens taken away: see `headerValue`. Never throws, whatever it is given.
 */
export function readInboundHeaders(sipHeaders: unknown): InboundHeaders {
  const custom: Record<string, string> = Object.create(null) as Record<string, string>;
  let userToUser: string | undefined;
  for (const [name, value] of entriesOf(sipHeaders)) {
    if (typeof value !== 'string' || name.length > NAME_MAX_CHARS) continue;
    if (bare(name) === 'usertouser') {
      userToUser ??= readUserToUser(value);
      continue;
    }
    const key = plainText(name.replace(PREFIX, '')).toLowerCase();
    if (key === '' || Object.hasOwn(custom, key) || Object.keys(custom).length >= HEADERS_MAX) continue;
    custom[key] = readValue(value);
  }
  return { userToUser, custom: Object.freeze({ ...custom }) };
}

/** The value of a custom header by its name, prefix left out, whatever casing it arrived in. */
export function headerValue(headers: InboundHeaders, name: string): string | undefined {
  const wanted = bare(name.replace(PREFIX, ''));
  const found = Object.keys(headers.custom).find((key) => bare(key) === wanted);
  return found === undefined ? undefined : headers.custom[found];
}

/** `customContext` is whatever a stranger's JSON says: only plain own properties, and not more than a flood's worth is looked at. */
function entriesOf(sipHeaders: unknown): readonly [string, unknown][] {
  if (typeof sipHeaders !== 'object' || sipHeaders === null || Array.isArray(sipHeaders)) return [];
  return Object.entries(sipHeaders).slice(0, 256);
}

function bare(name: string): string {
  return name.toLowerCase().replaceAll('-', '');
}

function readValue(value: string): string {
  return clip(plainText(percentDecode(value.slice(0, VALUE_MAX_CHARS * 3))), VALUE_MAX_CHARS);
}

/** RFC 7433: `<data>;encoding=hex;purpose=...`. Hex is the only registered encoding; text that is not hex is taken as it is. */
function readUserToUser(value: string): string | undefined {
  const [data = '', ...parameters] = value.slice(0, VALUE_MAX_CHARS * 3).split(';');
  const encoding = parameters.map((parameter) => parameter.trim().toLowerCase()).find((p) => p.startsWith('encoding='));
  const text = data.trim().replace(/^"(.*)"$/, '$1');
  const isHex = /^(?:[0-9a-f]{2})+$/i.test(text) && (encoding === undefined || encoding === 'encoding=hex');
  const read = isHex ? fromHex(text) : readValue(text);
  const clean = clip(plainText(read), VALUE_MAX_CHARS);
  return clean === '' ? undefined : clean;
}

function fromHex(hex: string): string {
  const octets = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return new TextDecoder().decode(octets);
}
