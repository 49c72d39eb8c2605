import type { LanguagePack } from '../language/pack.ts';
import type { RandomNumbers } from '../ports/random-numbers.ts';

/** Between two digits side by side: "six, seven" is heard as counting. */
const STEPS_APART = 1;

/**
 * A code that is heard well: no digit beside itself or its neighbour (nobody counts on, or misses a double), and of digits that sound alike on a
 * telephone only one. Ten to the power of `length` is how many there would be otherwise; of four digits about three thousand are left.
 */
export function newCode(
  length: number,
  { alike }: Pick<LanguagePack['spokenNumbers'], 'alike'>,
  random: RandomNumbers,
): string {
  let code = '';
  while (code.length < length) {
    const digits = Array.from({ length: 10 }, (_, digit) => digit);
    const choices = digits.filter((digit) => mayFollow(code, digit, alike));
    const pool = choices.length > 0 ? choices : digits;
    code += String(pool[random.below(pool.length)] ?? 0);
  }
  return code;
}

function mayFollow(code: string, digit: number, alike: readonly (readonly number[])[]): boolean {
  const last = code.at(-1);
  if (last !== undefined && Math.abs(Number(last) - digit) <= STEPS_APART) return false;
  return !alike.some(
    (group) => group.includes(digit) && group.some((other) => other !== digit && code.includes(String(other))),
  );
}

/** One by one, in words, with a pause after each. */
export function codeAloud(code: string, { digits }: LanguagePack): string {
  const wordOf = (digit: string): string =>
    Object.entries(digits).find(([, value]) => value === Number(digit))?.[0] ?? digit;
  return Array.from(code, wordOf).join(', ');
}
