import type { LanguagePack } from '../language/pack.ts';
import { announcedTokens, type CuedPiece } from './announced-secrets.ts';
import type { NumberReading } from '../language/spoken-numbers.ts';
import { REMOVED, tokensOf, type SaidPiece } from './said-pieces.ts';
import { secretTokens } from './secrets.ts';
import { TextReadings, type TextReading } from './text-readings.ts';

/** What is left may lie beside each other now; looked through again at most so often. */
const PASSES_MAX = 4;

/**
 * Takes what nobody else may know out of text that leaves the conversation: payment card numbers, bank accounts (IBAN), US Social Security numbers,
 * Spanish DNI and NIE, and whatever is announced as a PIN or password; written or said in words of any of these languages.
 */
export function redact(text: string, packs: readonly LanguagePack[], readings = new TextReadings()): string {
  return redactPieces([{ text, by: 'caller' }], packs, readings)[0] ?? '';
}

/**
 * The same over what several turns say: a number may be dictated in pieces, and a question may ask for a secret. The texts come back in their order.
 * What the agent says is no part of the caller's numbers.
 */
export function redactPieces(
  pieces: readonly SaidPiece[],
  packs: readonly LanguagePack[],
  readings = new TextReadings(),
): readonly string[] {
  let texts = pieces.map(({ text }) => text);
  for (let pass = 0; pass < PASSES_MAX; pass += 1) {
    const now = pieces.map((piece, index) => ({ ...piece, text: texts[index] ?? '' }));
    const next = removed(now, packs, readings);
    if (next.every((text, index) => text === texts[index])) return texts;
    texts = next;
  }
  return texts;
}

function removed(pieces: readonly SaidPiece[], packs: readonly LanguagePack[], readings: TextReadings): string[] {
  const spans = pieces.map((): Span[] => []);
  for (const pack of packs) {
    const read = pieces.map(({ text, by }) => {
      const reading = readings.of(text, pack);
      return { text, by, reading, cues: reading.cues };
    });
    for (const soundAlikes of waysToRead(read)) {
      const tokens = tokensOf(
        read.map(({ by, reading }) => (by === 'agent' ? undefined : reading.tokens[soundAlikes])),
      );
      for (const { piece, start, end } of [...secretTokens(tokens), ...announcedTokens(read, tokens)])
        spans[piece]?.push({ start, end });
    }
    for (const [piece, { by, reading }] of read.entries())
      if (by === 'agent') for (const { start, end } of reading.secrets) spans[piece]?.push({ start, end });
  }
  return pieces.map(({ text }, index) => without(text, spans[index] ?? []));
}

/** "For" is read both ways where it stands, unless nothing of the caller's is another number then. */
function waysToRead(pieces: readonly ReadPiece[]): readonly NumberReading['soundAlikes'][] {
  const isAmbiguous =
    pieces.some(({ reading }) => reading.hasSoundAlikes) &&
    pieces.some(({ by, reading: { tokens } }) => by === 'caller' && tokens.words !== tokens.digits);
  return isAmbiguous ? ['words', 'digits'] : ['words'];
}

interface ReadPiece extends CuedPiece {
  readonly reading: TextReading;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** What stands between two parts of one number goes with them, unless it is words. */
function without(text: string, spans: readonly Span[]): string {
  let kept = '';
  let from = 0;
  for (const { start, end } of spans.toSorted((one, other) => one.start - other.start)) {
    if (end <= from) continue;
    const between = text.slice(from, Math.max(from, start));
    const goesOn = kept.endsWith(REMOVED) && !/[\p{L}\p{N}]/u.test(between);
    kept += goesOn ? '' : between + REMOVED;
    from = end;
  }
  return kept + text.slice(from);
}
