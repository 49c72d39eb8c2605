import type { InboundHeaders } from '../call/offer.ts';
import { clip, plainText } from '../plain-text.ts';
import { percentDecode } from './percent.ts';
import { readUserToUser } from './user-to-user.ts';

/**
 * Names and values as acs-facts 1.4 limits them. More headers than the five that ACS lets through are read: how many there are is the front's
 * rule, and a bound here is against floods.
 */
const HEADERS_MAX = 20;
const NAME_MAX_CHARS = 64;
const VALUE_MAX_CHARS = 256;
/** How much of a value is looked at: one that is percent-encoded shrinks to a ninth at most, when every character is a CJK one. */
const RAW_VALUE_MAX_CHARS = VALUE_MAX_CHARS * 9;
/** How many entries of a stranger's JSON are looked at. */
const ENTRIES_MAX = 256;

/** RFC 3261 25.1: what a header's name can be made of on the wire. */
const TOKEN = /^[A-Za-z0-9.!%*_+`'~-]+$/;
/** The prefixes of acs-facts 1.4, in every casing, hyphens taken away or not. */
const PREFIX = /^(?:x-?ms-?custom-?|x-)/i;

/**
 * Custom SIP headers out of `customContext.sipHeaders`. The casing of the keys is a documented conflict (acs-facts 1.4), so names are compared
 * with case and hyphens taken away: see `headerValue`. Of two with the same
 * name and different values neither counts: one may be a stranger's, before or after the one that the SBC has set. Never throws, whatever it is given.
 */
export function readInboundHeaders(sipHeaders: unknown): InboundHeaders {
  const custom = new Map<string, string>();
  const keys = new Map<string, string>();
  const ambiguous = new Set<string>();
  let userToUser: string | undefined;
  for (const [name, value] of entriesOf(sipHeaders)) {
    if (typeof value !== 'string' || name.length > NAME_MAX_CHARS || !TOKEN.test(name)) continue;
    const raw = value.slice(0, RAW_VALUE_MAX_CHARS);
    if (bare(name) === 'usertouser') {
      userToUser ??= nonEmpty(clip(readUserToUser(raw), VALUE_MAX_CHARS));
      continue;
    }
    const key = name.replace(PREFIX, '').toLowerCase();
    // `__proto__` is a legal name, and no header anybody sends: dropped, so that no copy of this object ever trips over it.
    if (key === '' || key === '__proto__') continue;
    const text = clip(plainText(percentDecode(raw)), VALUE_MAX_CHARS);
    const earlier = keys.get(bare(key));
    if (earlier !== undefined) {
      if (custom.get(earlier) !== text) ambiguous.add(earlier);
    } else if (custom.size < HEADERS_MAX) {
      keys.set(bare(key), key);
      custom.set(key, text);
    }
  }
  for (const key of ambiguous) custom.delete(key);
  return { userToUser, custom: Object.fromEntries(custom) };
}

/** The value of a custom header by its name, prefix left out, whatever casing it arrived in: `customer-id` finds `x-MS-Custom-CustomerId`. */
export function headerValue(headers: InboundHeaders, name: string): string | undefined {
  const wanted = bareHeaderName(name);
  return Object.entries(headers.custom).find(([key]) => bare(key) === wanted)?.[1];
}

/** The name without prefix, case and hyphens: two that are equal this way name one header. */
export function bareHeaderName(name: string): string {
  return bare(name.replace(PREFIX, ''));
}

function entriesOf(sipHeaders: unknown): readonly [string, unknown][] {
  if (typeof sipHeaders !== 'object' || sipHeaders === null || Array.isArray(sipHeaders)) return [];
  return Object.entries(sipHeaders).slice(0, ENTRIES_MAX);
}

function bare(name: string): string {
  return name.toLowerCase().replaceAll('-', '');
}

function nonEmpty(text: string): string | undefined {
  return text === '' ? undefined : text;
}
