import { lookedUp, wordsOf } from '../language/words-of-text.ts';

interface Topical {
  readonly name: string;
  readonly topics: readonly string[];
}

/**
 * The queue whose topics have the most words of a text in them; of several the first, undefined when there is none. Texts are looked at in their order,
 * and the first that says anything decides. `stopWords`: words that say nothing about a topic.
 */
export function queueByTopic(
  queues: readonly Topical[],
  texts: readonly string[],
  stopWords: readonly string[],
): string | undefined {
  const ignored = new Set(stopWords.flatMap((word) => lookedUp(word) ?? []));
  const wordsIn = (text: string): Set<string> =>
    new Set(
      wordsOf(text)
        .flatMap((word) => lookedUp(word) ?? [])
        .filter((word) => !ignored.has(word)),
    );
  const about = queues.map(({ name, topics }) => ({ name, words: wordsIn([name, ...topics].join(' ')) }));
  for (const text of texts) {
    const said = wordsIn(text);
    const [best] = about
      .map(({ name, words }) => ({ name, shared: [...said].filter((word) => words.has(word)).length }))
      .filter(({ shared }) => shared > 0)
      .sort((one, other) => other.shared - one.shared);
    if (best !== undefined) return best.name;
  }
  return undefined;
}
