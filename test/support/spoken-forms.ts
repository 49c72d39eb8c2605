import fc from 'fast-check';

export const spokenLanguages = ['en', 'es'] as const;
export type SpokenLanguage = (typeof spokenLanguages)[number];

interface Words {
  readonly digits: readonly (readonly string[])[];
  /** 10 to 99. */
  readonly pair: (value: number) => readonly string[];
  readonly repeat: Readonly<Record<2 | 3, readonly string[]>>;
  readonly before: readonly string[];
  readonly between: readonly string[];
  readonly after: readonly string[];
}

const EN_TEENS = 'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
const EN_TENS = ', , twenty thirty forty fifty sixty seventy eighty ninety'
  .split(' ')
  .map((word) => word.replace(',', ''));
const EN_UNITS = 'zero one two three four five six seven eight nine'.split(' ');
const ES_TEENS =
  'diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve'.split(
    ' ',
  );
const ES_TENS = ['', '', '', 'treinta', 'cuarenta', 'cincuenta', 'sesenta', 'setenta', 'ochenta', 'noventa'];
const ES_UNITS = 'cero uno dos tres cuatro cinco seis siete ocho nueve'.split(' ');

const words: Readonly<Record<SpokenLanguage, Words>> = {
  en: {
    digits: EN_UNITS.map((word, digit) => (digit === 0 ? ['zero', 'oh', 'nought', '0'] : [word, String(digit)])),
    pair: (value) => {
      if (value < 20) return [EN_TEENS[value - 10] ?? '', String(value)];
      const [ten, unit] = [EN_TENS[Math.floor(value / 10)] ?? '', EN_UNITS[value % 10] ?? ''];
      return value % 10 === 0 ? [ten, String(value)] : [`${ten}-${unit}`, `${ten} ${unit}`, String(value)];
    },
    repeat: { 2: ['double'], 3: ['triple', 'treble'] },
    before: ['', 'my code is ', "it's ", 'um, ', 'okay, ', 'The code is: ', 'yes, hello, '],
    between: [', ', '. ', ', um, ', ', then ', '... '],
    after: ['', '.', ', please', ', thank you', ', I think'],
  },
  es: {
    digits: ES_UNITS.map((word, digit) => [word, String(digit)]),
    pair: (value) => {
      if (value < 30) return [ES_TEENS[value - 10] ?? '', String(value)];
      const [ten, unit] = [ES_TENS[Math.floor(value / 10)] ?? '', ES_UNITS[value % 10] ?? ''];
      return value % 10 === 0 ? [ten, String(value)] : [`${ten} y ${unit}`, String(value)];
    },
    repeat: { 2: ['doble'], 3: ['triple'] },
    before: ['', 'mi código es ', 'es el ', 'eh, ', 'vale, ', 'El código es: ', 'sí, hola, '],
    between: [', ', '. ', ', eh, ', ', luego ', '... '],
    after: ['', '.', ', por favor', ', gracias', ', creo'],
  },
};

/**
 * One of the ways to say these digits: one by one, in pairs, doubled, in words or written, with marks and words between. A ten that a unit follows is
 * kept from it by a mark, as a speaker does with a pause.
 */
export function codeInWords(digits: string, language: SpokenLanguage): fc.Arbitrary<string> {
  const { before, after } = words[language];
  return fc
    .tuple(digitsInWords(digits, language), fc.constantFrom(...before), fc.constantFrom(...after))
    .map(([said, first, last]) => `${first}${said}${last}`);
}

/** The same with nothing around it. */
export function digitsInWords(digits: string, language: SpokenLanguage): fc.Arbitrary<string> {
  const { between } = words[language];
  return fc
    .record({
      choices: fc.array(fc.nat({ max: 999 }), { minLength: digits.length * 3, maxLength: digits.length * 3 }),
      between: fc.constantFrom(...between),
    })
    .map((form) => joined(partsOf(digits, words[language], form.choices), form));
}

/** What is said of one piece of the digits, and whether the next has to be kept apart. */
interface Part {
  readonly said: string;
  readonly isApart: boolean;
}

function partsOf(digits: string, { digits: names, pair, repeat }: Words, choices: readonly number[]): Part[] {
  const parts: Part[] = [];
  const pick = (from: readonly string[], choice = 0): string => from[choice % from.length] ?? '';
  for (let at = 0, turn = 0; at < digits.length; turn += 2) {
    const [how = 0, which = 0] = choices.slice(turn, turn + 2);
    const digit = Number(digits[at]);
    const times = how % 4 === 0 && digits[at] === digits[at + 1] ? (digits[at] === digits[at + 2] ? 3 : 2) : 1;
    const value = Number(digits.slice(at, at + 2));
    if (times !== 1) {
      parts.push({ said: `${pick(repeat[times], which)} ${pick(names[digit] ?? [], how)}`, isApart: false });
      at += times;
    } else if (how % 3 === 0 && at + 1 < digits.length && value >= 10) {
      parts.push({ said: pick(pair(value), which), isApart: value % 10 === 0 && value >= 20 });
      at += 2;
    } else {
      parts.push({ said: pick(names[digit] ?? [], which), isApart: false });
      at += 1;
    }
  }
  return parts;
}

function joined(
  parts: readonly Part[],
  form: { readonly between: string; readonly choices: readonly number[] },
): string {
  return parts
    .map(({ said, isApart }, index) => {
      if (index === parts.length - 1) return said;
      const isMarked = isApart || (form.choices[index] ?? 0) % 5 === 0;
      return said + (isMarked ? form.between : ' ');
    })
    .join('');
}
