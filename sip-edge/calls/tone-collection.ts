/** When a collection of keys is complete (acs-facts 9.2). Pure. */
import { results, type ResultInformation } from '../callbacks/results.ts';
import type { Tone } from '../leg.ts';

export interface CollectionRules {
  readonly maxTones: number;
  readonly stopTones: readonly Tone[];
}

export type Collection =
  | { readonly kind: 'collecting'; readonly tones: readonly Tone[] }
  | { readonly kind: 'complete'; readonly tones: readonly Tone[]; readonly result: ResultInformation }
  | { readonly kind: 'silent' };

export const nothingCollected: Collection = { kind: 'collecting', tones: [] };

/** A stop tone ends the collection and is no part of it (README: guess). */
export function afterTone(before: Collection, tone: Tone, rules: CollectionRules): Collection {
  if (before.kind !== 'collecting') return before;
  if (rules.stopTones.includes(tone)) {
    return { kind: 'complete', tones: before.tones, result: results.stopToneReceived };
  }
  const tones = [...before.tones, tone];
  if (tones.length >= rules.maxTones) return { kind: 'complete', tones, result: results.maxTonesCollected };
  return { kind: 'collecting', tones };
}

/** The time-out in force has passed: initial silence before the first key, inter-tone after it. */
export function afterTimeout(before: Collection): Collection {
  if (before.kind !== 'collecting') return before;
  if (before.tones.length === 0) return { kind: 'silent' };
  return { kind: 'complete', tones: before.tones, result: results.interToneTimeout };
}
