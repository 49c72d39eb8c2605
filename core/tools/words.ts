import * as z from 'zod';
import { primarySubtag } from '../language/locale.ts';

const sentence = z.string().min(1).max(300);

/** What is said: a sentence, or for an agent of several languages one for each, by its tag ("es-MX") or the language alone ("es"). */
export const toolWords = z.union([sentence, z.record(z.string(), sentence)]);

export type ToolWords = z.infer<typeof toolWords>;

/** Undefined when there is none in this language. */
export function wordsIn(words: ToolWords | undefined, language: string): string | undefined {
  if (words === undefined || typeof words === 'string') return words;
  return own(words, language) ?? own(words, primarySubtag(language));
}

function own(words: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(words, key) ? words[key] : undefined;
}
