import type { SsmlPart, SsmlWord } from './ssml.ts';

/** What the engine is asked for at once: short, so that the first audio comes early and a cancelled utterance stops soon. */
export type Clause =
  | { readonly kind: 'words'; readonly words: readonly SsmlWord[]; readonly voice: string | undefined }
  | { readonly kind: 'pause'; readonly durationMs: number };

const MAX_CLAUSE_WORDS = 40;

export function cutIntoClauses(parts: readonly SsmlPart[]): readonly Clause[] {
  return parts.flatMap((part): readonly Clause[] => {
    if (part.kind === 'pause') return [part];
    const clauses: Clause[] = [];
    let words: SsmlWord[] = [];
    for (const word of part.words) {
      words.push(word);
      if (endsSentence(word) || words.length >= MAX_CLAUSE_WORDS) {
        clauses.push({ kind: 'words', words, voice: part.voice });
        words = [];
      }
    }
    return words.length === 0 ? clauses : [...clauses, { kind: 'words', words, voice: part.voice }];
  });
}

const ABBREVIATION = /^(?:mr|mrs|ms|dr|st|no|e\.g|i\.e)\.$/i;

function endsSentence({ text }: SsmlWord): boolean {
  return /[.!?]["')\]]*$/.test(text) && !ABBREVIATION.test(text);
}
