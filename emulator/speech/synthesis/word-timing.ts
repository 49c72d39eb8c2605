import type { Phone } from '../engine/speech.ts';
import type { SsmlWord } from './ssml.ts';

export interface Boundary {
  readonly type: 'WordBoundary' | 'PunctuationBoundary';
  readonly text: string;
  readonly startMs: number;
  readonly durationMs: number;
}

/**
 * When each word is spoken. The engine tells when each sound ends but not whose it is, so the words share the voiced time (pauses left
 * out) by their length: a word is off by some tens of milliseconds, and the last one ends with the last sound.
 */
export function timeWords(words: readonly SsmlWord[], phones: readonly Phone[]): readonly Boundary[] {
  const voiced = voicedSpans(phones);
  const voicedMs = voiced.reduce((sum, span) => sum + span.endMs - span.startMs, 0);
  const weights = words.map(({ spoken }) => weightOf(spoken));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const boundaries: Boundary[] = [];
  let passed = 0;
  words.forEach((word, index) => {
    const startMs = Math.round(atVoicedTime(voiced, (voicedMs * passed) / whole, 'start'));
    passed += weights[index] ?? 0;
    const endMs = Math.round(atVoicedTime(voiced, (voicedMs * passed) / whole, 'end'));
    boundaries.push(...boundariesOf(word.text, startMs, Math.max(0, endMs - startMs)));
  });
  return boundaries;
}

/** The service tells the word and the punctuation after it apart. */
function boundariesOf(text: string, startMs: number, durationMs: number): readonly Boundary[] {
  const [, opening = '', word = '', closing = ''] = /^(["'([]*)(.*?)([.,;:!?)\]"']*)$/s.exec(text) ?? [];
  if (word === '') return [{ type: 'PunctuationBoundary', text: opening + closing, startMs, durationMs }];
  const spoken: Boundary = { type: 'WordBoundary', text: word, startMs, durationMs };
  if (closing === '') return [spoken];
  return [spoken, { type: 'PunctuationBoundary', text: closing, startMs: startMs + durationMs, durationMs: 0 }];
}

/** A digit is a word when spoken; no word is shorter than its shortest sound. */
function weightOf(spoken: string): number {
  const digits = spoken.replace(/\D/g, '').length;
  return Math.max(1, spoken.replace(/[^\p{Letter}]/gu, '').length + digits * 4);
}

interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

function voicedSpans(phones: readonly Phone[]): readonly Span[] {
  const spans: Span[] = [];
  let startMs = 0;
  for (const { isPause, endMs } of phones) {
    if (!isPause) spans.push({ startMs, endMs });
    startMs = endMs;
  }
  return spans.length > 0 ? spans : [{ startMs: 0, endMs: startMs }];
}

/** Where in the audio this much voiced time has passed. At a pause a word ends before it and the next starts behind it. */
function atVoicedTime(spans: readonly Span[], voicedMs: number, side: 'start' | 'end'): number {
  let left = voicedMs;
  let lastEndMs = 0;
  for (const { startMs, endMs } of spans) {
    const length = endMs - startMs;
    // Sums of fractions miss the end of a span by a hair.
    if (side === 'start' ? left < length - 0.01 : left <= length + 0.01) return startMs + Math.max(0, left);
    left -= length;
    lastEndMs = endMs;
  }
  return lastEndMs;
}
