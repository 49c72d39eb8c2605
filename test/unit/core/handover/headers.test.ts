import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CUSTOM_HEADERS_MAX,
  HEADER_NAME_MAX_CHARS,
  HEADER_VALUE_MAX_CHARS,
  packHeaders,
  type HeaderPrefix,
} from '#core/handover/headers';
import type { HandoverPacket } from '#core/handover/packet';
import type { ContextId } from '#core/ids';
import { plainText } from '#core/plain-text';
import { decodeHeaders } from '../../../support/received-headers.ts';

const packet: HandoverPacket = {
  contextId: '7K3M9QX2TD' as ContextId,
  reason: 'caller-asked',
  intent: 'dispute a charge',
  summary: "The caller doesn't recognise a charge of $42.10 at Café Zoë (3 November).",
  sentiment: 'negative',
  language: 'en-US',
  verified: false,
  customerId: 'C-1001',
};

/** Any Unicode there is, halves of characters and control characters among it, and words of every length. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 600, size: 'max' }),
  fc.string({ unit: 'grapheme', maxLength: 400, size: 'max' }),
  fc
    .array(fc.constantFrom('\ud83d', '\ude00', '\r\n', '\0', ' ', '%', '%0d%0a', 'é', '電話', "it's", 'a', '\u2028'), {
      maxLength: 300,
      size: 'max',
    })
    .map((parts) => parts.join('')),
  fc.lorem({ maxCount: 200, size: 'max' }),
  fc.stringMatching(/^[a-z]{250,300}$/),
);
const packets: fc.Arbitrary<HandoverPacket> = fc.record({
  contextId: text.map((value) => value as ContextId),
  reason: fc.constantFrom('caller-asked' as const, 'agent-decided' as const, 'policy' as const, 'failure' as const),
  intent: text,
  summary: text,
  sentiment: fc.constantFrom('positive' as const, 'neutral' as const, 'negative' as const, 'unknown' as const),
  language: text,
  verified: fc.boolean(),
  customerId: fc.option(text, { nil: undefined }),
});
const prefixes = fc.constantFrom<HeaderPrefix>('X-', 'X-MS-Custom-');

function everyPacket(predicate: (packet: HandoverPacket, prefix: HeaderPrefix) => void): void {
  fc.assert(fc.property(packets, prefixes, predicate), { numRuns: 500 });
}

describe('the headers of a hand-over', () => {
  it('are read by a contact centre with what its standard library has', () => {
    expect(decodeHeaders(packHeaders(packet, 'X-'))).toEqual({
      userToUser: '7K3M9QX2TD',
      custom: {
        'X-AI-Summary': packet.summary,
        'X-AI-Intent': 'dispute a charge',
        'X-Context-ID': '7K3M9QX2TD',
        'X-Customer-ID': 'C-1001',
        'X-AI-Reason': 'reason=caller-asked;sentiment=negative;verified=no;language=en-US',
      },
    });
  });

  it('say the most important first, in the alphabet that ACS allows', () => {
    const { custom, userToUser } = packHeaders(packet, 'X-');
    expect(custom.map(({ name }) => name)).toEqual([
      'AI-Summary',
      'AI-Intent',
      'Context-ID',
      'Customer-ID',
      'AI-Reason',
    ]);
    expect(custom[0]?.value).toBe(
      'The%20caller%20doesn%27t%20recognise%20a%20charge%20of%20%2442.10%20at%20Caf%C3%A9%20Zo%C3%AB%20%283%20November%29.',
    );
    expect(userToUser).toBe('374b334d395158325444;encoding=hex');
  });

  it('leave out what nobody knows', () => {
    const names = packHeaders({ ...packet, customerId: undefined, intent: ' ' }, 'X-').custom.map(({ name }) => name);
    expect(names).toEqual(['AI-Summary', 'Context-ID', 'AI-Reason']);
  });

  it('are cut at a word, not inside one', () => {
    const { custom } = packHeaders({ ...packet, summary: 'dispute '.repeat(60) }, 'X-');
    const decoded = decodeURIComponent(custom[0]!.value);
    expect(decoded).toMatch(/^(?:dispute )+dispute$/);
    expect(custom[0]!.value.length).toBeGreaterThan(HEADER_VALUE_MAX_CHARS - '%20dispute'.length);
  });

  it('keep the beginning of a word that is longer than a header by itself', () => {
    const { custom } = packHeaders({ ...packet, summary: '😀'.repeat(100) }, 'X-');
    expect(decodeURIComponent(custom[0]!.value)).toBe('😀'.repeat(Math.floor(HEADER_VALUE_MAX_CHARS / 12)));
  });

  it('are legal for any packet', () => {
    everyPacket((anyPacket, prefix) => {
      const { custom, userToUser } = packHeaders(anyPacket, prefix);
      expect(custom.length).toBeLessThanOrEqual(CUSTOM_HEADERS_MAX);
      expect(new Set(custom.map(({ name }) => name.toLowerCase())).size).toBe(custom.length);
      for (const { name, value } of custom) {
        expect(`${prefix}${name}`.length).toBeLessThanOrEqual(HEADER_NAME_MAX_CHARS);
        expect(name).toMatch(/^[A-Za-z0-9.!%*_+~-]+$/);
        expect(value.length).toBeLessThanOrEqual(HEADER_VALUE_MAX_CHARS);
        expect(value).toMatch(/^[A-Za-z0-9.!%*_+~=;-]+$/);
      }
      if (userToUser === undefined) return;
      expect(userToUser).toMatch(/^(?:[0-9a-f]{2})+;encoding=hex$/);
      expect(userToUser.length).toBeLessThanOrEqual(HEADER_VALUE_MAX_CHARS);
    });
  });

  it('decode to the beginning of what was meant, up to the end of a word', () => {
    everyPacket((anyPacket) => {
      const { custom } = decodeHeaders(packHeaders(anyPacket, 'X-'));
      const meant = { 'X-AI-Summary': anyPacket.summary, 'X-AI-Intent': anyPacket.intent };
      for (const [name, source] of Object.entries(meant)) {
        const whole = plainText(source);
        const got = custom[name] ?? '';
        expect(whole.startsWith(got)).toBe(true);
        const endsAtWord = got.length === whole.length || whole[got.length] === ' ';
        expect(endsAtWord || !got.includes(' ')).toBe(true);
        if (whole !== '') expect(got).not.toBe('');
      }
    });
  });
});
