import { plainText } from '../plain-text.ts';
import type { HandoverPacket } from './packet.ts';
import { encodeWithin } from './percent.ts';

/** Which custom prefix the receiving side takes (acs-facts 1.4). `X-` is the newer one; `X-MS-Custom-` works on every resource. */
export type HeaderPrefix = 'X-' | 'X-MS-Custom-';

/** Limits of custom SIP headers in INVITE and REFER (acs-facts 1.4). The name's includes its prefix. */
export const CUSTOM_HEADERS_MAX = 5;
export const HEADER_NAME_MAX_CHARS = 64;
export const HEADER_VALUE_MAX_CHARS = 256;

/** Legal by construction: only `packHeaders` makes one. */
export interface OutboundHeaders {
  /** The context id as RFC 7433 has it: hex octets with their encoding named. */
  readonly userToUser: string | undefined;
  readonly prefix: HeaderPrefix;
  /** Names without prefix, in order of priority. Values percent-encoded. */
  readonly custom: readonly { readonly name: string; readonly value: string }[];
}

/** Custom headers by the name they have without a prefix. */
export const SUMMARY_HEADER = 'AI-Summary';
export const INTENT_HEADER = 'AI-Intent';
export const CONTEXT_HEADER = 'Context-ID';

/**
 * A packet as the SIP headers a contact centre reads. Total: whatever the packet holds, the result is legal. With the prefix `X-`:
 *
 * - `X-AI-Summary`: one or two sentences, cut at a word's end.
 * - `X-AI-Intent`: a few words.
 * - `X-Context-ID`: fetches the whole story.
 * - `X-Customer-ID`: as the backend knows it.
 * - `X-AI-Reason`: `reason=caller-asked;sentiment=negative;verified=no;language=en-US`, for routing rules.
 *
 * Values are percent-encoded: ACS's alphabet has neither space nor comma, and every URL decoder undoes it. Empty ones are left out.
 */
export function packHeaders(packet: HandoverPacket, prefix: HeaderPrefix): OutboundHeaders {
  const fields: readonly (readonly [name: string, value: string])[] = [
    [SUMMARY_HEADER, encode(packet.summary)],
    [INTENT_HEADER, encode(packet.intent)],
    [CONTEXT_HEADER, encode(packet.contextId)],
    ['Customer-ID', encode(packet.customerId ?? '')],
    ['AI-Reason', reasonFields(packet)],
  ];
  return {
    userToUser: userToUser(packet.contextId),
    prefix,
    custom: fields.filter(([, value]) => value !== '').map(([name, value]) => ({ name, value })),
  };
}

function encode(text: string): string {
  return encodeWithin(plainText(text), HEADER_VALUE_MAX_CHARS);
}

/** Each field is short by its type but the language, which is a stranger's word. */
const LANGUAGE_MAX_CHARS = 35;

function reasonFields({ reason, sentiment, verified, language }: HandoverPacket): string {
  return [
    `reason=${reason}`,
    `sentiment=${sentiment}`,
    `verified=${verified ? 'yes' : 'no'}`,
    `language=${encodeWithin(plainText(language), LANGUAGE_MAX_CHARS)}`,
  ].join(';');
}

/** RFC 7433 4.1: an even number of hex digits. The value counts like a custom header's. */
function userToUser(contextId: string): string | undefined {
  const encoding = ';encoding=hex';
  const octets = new TextEncoder().encode(plainText(contextId));
  if (octets.length === 0) return undefined;
  const kept = octets.slice(0, (HEADER_VALUE_MAX_CHARS - encoding.length) / 2);
  return `${Array.from(kept, (octet) => octet.toString(16).padStart(2, '0')).join('')}${encoding}`;
}
