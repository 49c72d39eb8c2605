import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePhones } from '../../../../emulator/speech/engine/flite.ts';
import { voiceNamed } from '../../../../emulator/speech/engine/voices.ts';
import { cutIntoClauses } from '../../../../emulator/speech/synthesis/clause.ts';
import { parseSsml } from '../../../../emulator/speech/synthesis/ssml.ts';
import { timeWords } from '../../../../emulator/speech/synthesis/word-timing.ts';

function speak(inner: string): string {
  return `<speak version="1.0" xml:lang="en-US"><voice name="en-US-GuyNeural">${inner}</voice></speak>`;
}

function spokenText(inner: string): string {
  const result = parseSsml(speak(inner));
  if (!result.ok) throw new Error(result.reason);
  const words = result.parts.flatMap((part) => (part.kind === 'words' ? part.words : []));
  return words.map(({ spoken }) => spoken).join(' ');
}

describe('an SSML document', () => {
  it.each([
    ['plain words', 'Hello there', 'Hello there'],
    ['entities', 'Q&amp;A &#65; &#x42;', 'Q&A A B'],
    ['a rate', '<prosody rate="+10%">fast</prosody>', 'fast'],
    ['digits', '<say-as interpret-as="digits">4021,</say-as>', '4 0 2 1,'],
    ['a phone number', '<say-as interpret-as="telephone">+1 (425)</say-as>', 'plus 1 4 2 5'],
    ['an amount', '<say-as interpret-as="currency">42.10 USD</say-as>', '42 dollars and 10 cents'],
    ['one dollar', '<say-as interpret-as="currency">1 USD</say-as>', '1 dollar'],
    ['a date', '<say-as interpret-as="date" format="ymd">2026-11-03</say-as>', 'November 3rd, 2026'],
    ['what stands for something', '<sub alias="Automated Clearing House">ACH</sub>', 'Automated Clearing House'],
    ['what the engine does not know', '<mstts:express-as style="sad">Oh</mstts:express-as>', 'Oh'],
  ])('with %s is spoken as a person would', (_what, inner, spoken) => {
    expect(spokenText(inner)).toBe(spoken);
  });

  it('keeps pauses where they are, and their length', () => {
    const result = parseSsml(speak('One<break time="1.5s"/>two<break strength="weak"/>'));
    expect(result.ok && result.parts.map((part) => (part.kind === 'pause' ? part.durationMs : 'words'))).toEqual([
      'words',
      1500,
      'words',
      500,
    ]);
  });

  it.each([
    ['a tag that is not closed', '<speak><voice name="x">Hi</speak>'],
    ['no speak element', 'Hello'],
    ['an unknown entity', '<speak>&nbsp;</speak>'],
    ['a lone bracket', '<speak>a < b</speak>'],
    ['two roots', '<speak>a</speak><speak>b</speak>'],
    ['elements without end', '<speak>'.repeat(100)],
  ])('with %s is refused with a reason', (_what, document) => {
    expect(parseSsml(document)).toMatchObject({ ok: false });
  });

  it('of any text at all gives parts or a reason', () => {
    const piece = fc.constantFrom(
      '<speak>',
      '</speak>',
      '<voice name="x">',
      '</voice>',
      '<',
      '&',
      '&amp;',
      'a',
      '"',
      '/>',
      '<break/>',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 30 }), (pieces) => {
        expect(typeof parseSsml(pieces.join('')).ok).toBe('boolean');
      }),
    );
  });

  it('is cut at the ends of sentences, so that the first one is heard while the next is made', () => {
    const result = parseSsml(speak('Hello Mr. Smith. How are you? Fine'));
    const clauses = cutIntoClauses(result.ok ? result.parts : []);
    const texts = clauses.map((clause) =>
      clause.kind === 'words' ? clause.words.map(({ text }) => text).join(' ') : '',
    );
    expect(texts).toEqual(['Hello Mr. Smith.', 'How are you?', 'Fine']);
  });
});

describe('the times of words', () => {
  const phones = parsePhones('pau:0.100 hh:0.200 ax:0.300 l:0.500 pau:0.900 ay:1.100 w:1.300 pau:1.500');
  const word = (text: string) => ({ text, spoken: text });

  it('leave the pauses out and end with the last sound', () => {
    const [hello, comma, friend] = timeWords([word('Abcd,'), word('Efgh')], phones);
    expect(hello).toEqual({ type: 'WordBoundary', text: 'Abcd', startMs: 100, durationMs: 400 });
    expect(comma).toMatchObject({ type: 'PunctuationBoundary', text: ',' });
    expect(friend).toEqual({ type: 'WordBoundary', text: 'Efgh', startMs: 900, durationMs: 400 });
  });

  it('never go back, whatever the words are', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 20 }), (texts) => {
        const starts = timeWords(texts.map(word), phones).map(({ startMs }) => startMs);
        expect(starts).toEqual(starts.toSorted((a, b) => a - b));
        expect(starts.every((start) => start >= 100 && start <= 1300)).toBe(true);
      }),
    );
  });
});

describe('a voice', () => {
  it.each([
    ['rms', 'rms'],
    ['en-US-GuyNeural', 'rms'],
    ['en-US-AndrewMultilingualNeural', 'awb'],
    ['en-US-AvaMultilingualNeural', 'slt'],
    ['no-such-voice', 'slt'],
    [undefined, 'slt'],
  ])('named %s is spoken by %s', (name, voice) => {
    expect(voiceNamed(name)).toBe(voice);
  });
});
