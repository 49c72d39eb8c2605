import type { Locale } from '../language/locale.ts';

/** Sentences an agent says word for word in many calls, in one of its languages: worth having as sound before anybody calls. Each once. */
export function fixedPrompts({
  greeting,
  greetingUnknown,
  texts,
}: Pick<Locale, 'greeting' | 'greetingUnknown' | 'texts'>): readonly string[] {
  // What has a name or a number in it is another sentence in every call.
  const isFixed = (text: string): boolean => !/\{\w+\}/.test(text);
  return [...new Set([greeting, greetingUnknown, ...Object.values(texts).flat()].filter(isFixed))];
}
