import type { Locale } from '../language/locale.ts';
import { clip, plainText } from '../plain-text.ts';
import type { Customer } from '../ports/customer-directory.ts';

/** A header is a stranger's text: read out, but not at any length. */
const FILLED_MAX_CHARS = 80;

/** What the caller hears first. Without a customer, or without the reason a greeting speaks of, the other greeting is said: no gap is ever read out. */
export function greetingFor(
  { greeting, greetingUnknown }: Pick<Locale, 'greeting' | 'greetingUnknown'>,
  reason: string | undefined,
  customer: Customer | undefined,
): string {
  const values: Readonly<Record<string, string | undefined>> = { name: customer?.name, reason };
  const filled = fill(greeting, values);
  return filled ?? greetingUnknown;
}

/** Undefined when a place has nothing to put in. */
function fill(template: string, values: Readonly<Record<string, string | undefined>>): string | undefined {
  const valueOf = (name: string): string => clip(plainText(values[name] ?? ''), FILLED_MAX_CHARS);
  const places = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  if (places.some((name) => valueOf(name) === '')) return undefined;
  return template.replace(/\{(\w+)\}/g, (_, name: string) => valueOf(name));
}
