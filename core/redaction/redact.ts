import type { LanguagePack } from '../language/pack.ts';
import { announcedTokens } from './announced-secrets.ts';
import type { NumberReading } from '../language/spoken-numbers.ts';
import { REMOVED, tokensOf, type SaidPiece, type SaidToken } from './said-pieces.ts';
import { secretTokens } from './secrets.ts';

/** What is left may lie beside each other now; looked through again at most so often. */
const PASSES_MAX = 4;

/**
 * Takes what nobody else may know out of text that leaves the conversation: payment card numbers, bank accounts (IBAN), US Social Security numbers,
 * Spanish DNI and NIE, and whatever is announced as a PIN or password; written or said in words of any of these languages.
 */
export function redact(text: string, packs: readonly LanguagePack[]): string {
  return redactPieces([{ text, by: 'caller' }], packs)[0] ?? '';
}

/**
 * The same over what several turns say: a number may be dictated in pieces, and a question may ask for a secret. The texts come back in their order.
 * What the agent says is no part of the caller's numbers.
 */
export function redactPieces(pieces: readonly SaidPiece[], packs: readonly LanguagePack[]): readonly string[] {
  let texts = pieces.map(({ text }) => text);
  for (let pass = 0; pass < PASSES_MAX; pass += 1) {
    const now = pieces.map((piece, index) => ({ ...piece, text: texts[index] ?? '' }));
    const next = removed(now, packs);
    if (next.every((text, index) => text === texts[index])) return texts;
    texts = next;
  }
  return texts;
}

function removed(pieces: readonly SaidPiece[], packs: readonly LanguagePack[]): string[] {
  const spans = pieces.map((): Span[] => []);
  for (const pack of packs) {
    for (const soundAlikes of readings(pieces, pack)) {
      const said = pieces.map((piece) => (piece.by === 'agent' ? { ...piece, text: '' } : piece));
      const tokens = tokensOf(said, pack, { soundAlikes });
      for (const { piece, start, end } of [...secretTokens(tokens), ...announcedTokens(pieces, tokens, pack)])
        spans[piece]?.push({ start, end });
      for (const [piece, { by, text }] of pieces.entries())
        if (by === 'agent') for (const { start, end } of secretsIn(text, pack)) spans[piece]?.push({ start, end });
    }
  }
  return pieces.map(({ text }, index) => without(text, spans[index] ?? []));
}

const soundAlikes = new WeakMap<LanguagePack, RegExp>();

/** "For" is read both ways where it stands. */
function readings(pieces: readonly SaidPiece[], pack: LanguagePack): readonly NumberReading['soundAlikes'][] {
  const words = Object.keys(pack.spokenNumbers.soundAlikes);
  const pattern =
    soundAlikes.get(pack) ?? new RegExp(String.raw`(?<!\p{L})(?:${words.join('|') || '(?!)'})(?!\p{L})`, 'iu');
  soundAlikes.set(pack, pattern);
  return pieces.some(({ text }) => pattern.test(text)) ? ['words', 'digits'] : ['words'];
}

function secretsIn(text: string, pack: LanguagePack): readonly SaidToken[] {
  const pieces = [{ text, by: 'caller' }] as const;
  const tokens = tokensOf(pieces, pack, { soundAlikes: 'words' });
  return [...secretTokens(tokens), ...announcedTokens(pieces, tokens, pack)];
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
