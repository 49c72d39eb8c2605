import type { LanguagePack } from '../language/pack.ts';

function bare(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('\u2019', "'")
    .replace(/[^\p{L}\p{N}' -]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Whether these words, said over the agent, only show that somebody listens. */
export function isBackChannel(text: string, pack: LanguagePack): boolean {
  return pack.backChannels.includes(bare(text));
}

export type YesOrNo = 'yes' | 'no' | 'unclear';

/** How an answer to a yes-or-no question is meant. A "no" anywhere wins: a caller who is not sure is not handed over against their will. */
export function yesOrNo(text: string, pack: LanguagePack): YesOrNo {
  const words = ` ${bare(text)} `;
  const has = (phrases: readonly string[]): boolean => phrases.some((phrase) => words.includes(` ${phrase} `));
  if (has(pack.no)) return 'no';
  return has(pack.yes) ? 'yes' : 'unclear';
}

/** Whether a text has anything in it that was said. */
export function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}
