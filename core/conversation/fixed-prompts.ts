import type { Locale } from '../language/locale.ts';

/** Sentences an agent says word for word in many calls, in one of its languages: worth having as sound before anybody calls. Each once. */
export function fixedPrompts({
  greeting,
  greetingUnknown,
  texts,
}: Pick<Locale, 'greeting' | 'greetingUnknown' | 'texts'>): readonly string[] {
  // A greeting with a name in it is another one in every call.
  const greetings = /\{\w+\}/.test(greeting) ? [greetingUnknown] : [greeting, greetingUnknown];
  return [...new Set([...greetings, ...Object.values(texts).flat()])];
}
