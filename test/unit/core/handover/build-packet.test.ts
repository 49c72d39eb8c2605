import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unknownCaller } from '#core/identity/caller-identity';
import type { TranscriptTurn } from '#core/conversation/transcript';
import { buildPacket, readPacketWords, type PacketFacts } from '#core/handover/build-packet';
import { anyText } from '../../../support/any-text.ts';
import { packOf } from '../../../support/language-packs.ts';
import { offer } from '../../../support/offered-call.ts';

const caller = (text: string): TranscriptTurn => ({ by: 'caller', text, atMs: 0, confidence: 1 });
const agent = (text: string): TranscriptTurn => ({ by: 'agent', text, atMs: 0, interrupted: false });

const ada = { id: 'C-7', name: 'Ada', language: undefined, facts: {} };

const facts: PacketFacts = {
  offer,
  reason: 'caller-asked',
  turns: [agent('How can I help you?'), caller('There is a charge I do not know.'), caller('A person, please.')],
  identity: { kind: 'claimed', by: 'words', customer: ada },
  language: 'en-US',
  packs: [packOf('en')],
  reasonHeader: 'call-reason',
  customerIdHeader: 'customer-id',
};

describe('a hand-over packet', () => {
  it('is made of the model’s words', () => {
    expect(
      buildPacket(facts, { summary: 'Disputes a charge.', intent: 'dispute a charge', sentiment: 'negative' }),
    ).toEqual({
      contextId: offer.contextId,
      reason: 'caller-asked',
      summary: 'Disputes a charge.',
      intent: 'dispute a charge',
      sentiment: 'negative',
      language: 'en-US',
      verified: false,
      customerId: 'C-7',
    });
  });

  it('is made of the caller’s own when there is no model', () => {
    expect(buildPacket(facts)).toMatchObject({
      summary: 'Sent for: disputed charge. The caller said: There is a charge I do not know. A person, please.',
      intent: 'disputed charge',
      sentiment: 'unknown',
    });
  });

  it('says so when nothing is known', () => {
    const nothing = { ...facts, turns: [], offer: { ...offer, headers: { userToUser: undefined, custom: {} } } };
    expect(buildPacket(nothing)).toMatchObject({
      summary: 'The caller has not said why they call.',
      intent: '',
    });
  });

  it('names the customer of the header when nobody knows them better', () => {
    expect(buildPacket({ ...facts, identity: unknownCaller }).customerId).toBe('C-1001');
  });

  it('says that the caller is verified only when they have proven it', () => {
    expect(buildPacket({ ...facts, identity: { kind: 'proven', by: 'pin', customer: ada } }).verified).toBe(true);
    for (const by of ['header', 'number', 'words'] as const) {
      expect(buildPacket({ ...facts, identity: { kind: 'claimed', by, customer: ada } }).verified).toBe(false);
    }
  });

  it('keeps the last of a long story', () => {
    const turns = Array.from({ length: 40 }, (_, n) => caller(`This is sentence ${n}.`));
    const { summary } = buildPacket({ ...facts, turns });
    expect(summary).toContain('This is sentence 39.');
    expect(summary).not.toContain('This is sentence 2.');
    expect(summary.length).toBeLessThanOrEqual(600);
  });

  it('keeps the beginning of one endless sentence', () => {
    expect(buildPacket({ ...facts, turns: [caller(`I lost ${'my card '.repeat(200)}`)] }).summary).toContain(
      'The caller said: I lost my card',
    );
  });

  it('has no card number in it, not even one said in two turns', () => {
    const turns = [caller('It is 4111 1111'), caller('1111 1111')];
    expect(buildPacket({ ...facts, turns }).summary).not.toMatch(/1111/);
    expect(buildPacket(facts, { summary: 'Card 4111 1111 1111 1111.' }).summary).toBe('Card [number removed].');
  });
});

describe('the model’s answer', () => {
  it.each([
    ['{"summary":"A","intent":"B","sentiment":"neutral"}', { summary: 'A', intent: 'B', sentiment: 'neutral' }],
    ['```json\n{"summary":"A"}\n```', { summary: 'A' }],
    ['{"summary":"A","sentiment":"furious","intent":7}', { summary: 'A' }],
    ['I cannot do that.', {}],
    ['} {', {}],
    ['{"summary":', {}],
    ['[1]', {}],
    ['', {}],
  ])('is read as far as it goes: %j', (json, words) => {
    expect(readPacketWords(json)).toEqual(words);
  });

  const words = fc
    .record({ summary: fc.lorem({ maxCount: 300, size: 'max' }), intent: fc.lorem({ maxCount: 40, size: 'max' }) })
    .map((value) => JSON.stringify(value));

  it('never breaks a hand-over', () => {
    fc.assert(
      fc.property(fc.oneof(anyText(300), fc.json(), words), (json) => {
        const packet = buildPacket(facts, readPacketWords(json));
        expect(packet.summary).not.toBe('');
        expect(packet.summary.length).toBeLessThanOrEqual(600);
        expect(packet.intent.length).toBeLessThanOrEqual(80);
      }),
    );
  });
});
