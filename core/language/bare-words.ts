/** Words as phrases of a language pack are compared with them: in small letters, without punctuation, one space between. */
export function bareWords(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('\u2019', "'")
    .replace(/[^\p{L}\p{M}\p{N}' -]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * The phrases of several lists in a text, from left to right. Where several begin at the same word the longest counts, and its words belong to no
 * other: "no problem" holds no "no". `undefined` stands for a word of no phrase.
 */
export function phrasesIn<Name extends string>(
  text: string,
  lists: Readonly<Record<Name, readonly string[]>>,
): (Name | undefined)[] {
  const names = Object.keys(lists) as Name[];
  const nameOf = new Map(names.flatMap((name) => lists[name].map((phrase) => [phrase, name] as const)));
  const longest = Math.max(1, ...[...nameOf.keys()].map((phrase) => phrase.split(' ').length));
  const words = bareWords(text).split(' ');
  const found: (Name | undefined)[] = [];
  for (let at = 0; at < words.length;) {
    let length = Math.min(longest, words.length - at);
    while (length > 1 && !nameOf.has(words.slice(at, at + length).join(' '))) length -= 1;
    found.push(nameOf.get(words.slice(at, at + length).join(' ')));
    at += length;
  }
  return found;
}

/** The longest phrase of several lists that a text ends with, and the text before it. */
export function endingOf<Name extends string>(
  words: readonly string[],
  lists: Readonly<Record<Name, readonly string[]>>,
): { readonly name: Name; readonly before: readonly string[] } | undefined {
  const tail = ` ${words.join(' ')}`;
  const names = Object.keys(lists) as Name[];
  const endings = names.flatMap((name) =>
    lists[name].filter((phrase) => tail.endsWith(` ${phrase}`)).map((phrase) => ({ name, phrase })),
  );
  const [ending] = endings.sort((a, b) => b.phrase.length - a.phrase.length);
  return ending && { name: ending.name, before: words.slice(0, words.length - ending.phrase.split(' ').length) };
}
