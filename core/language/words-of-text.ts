const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/** The words of a text in any script, as they stand. */
export function wordsOf(text: string): string[] {
  return [...segmenter.segment(text)].filter(({ isWordLike }) => isWordLike === true).map(({ segment }) => segment);
}

/** A word as it is looked up: without case, accents and plural; undefined when there is nothing left of it. */
export function lookedUp(word: string): string | undefined {
  const plain = plainWord(word);
  if (plain === '') return undefined;
  return plain.length > 3 && plain.endsWith('s') && !plain.endsWith('ss') ? plain.slice(0, -1) : plain;
}

/** Without case, accents and possessive. */
export function plainWord(word: string): string {
  return word
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/['’]s?$/u, '');
}
