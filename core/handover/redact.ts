/** One digit, written or said, in English or Spanish: recognisers write digits as words when they are said slowly. */
const DIGIT_WORDS: Readonly<Record<string, string>> = {
  zero: '0',
  oh: '0',
  cero: '0',
  one: '1',
  uno: '1',
  two: '2',
  dos: '2',
  three: '3',
  tres: '3',
  four: '4',
  cuatro: '4',
  five: '5',
  cinco: '5',
  six: '6',
  seis: '6',
  seven: '7',
  siete: '7',
  eight: '8',
  ocho: '8',
  nine: '9',
  nueve: '9',
};
const DIGIT = String.raw`(?:\d|(?<!\p{L})(?:${Object.keys(DIGIT_WORDS).join('|')})(?!\p{L}))`;
/** What stands between digits that belong together. */
const GAP = String.raw`[\s.,\/\-]{0,3}`;

const CARD_DIGITS_MIN = 13;
const CARD_DIGITS_MAX = 19;
/** What the card networks issue, looked for inside longer runs. */
const CARD_SHAPES = [
  { length: 16, begins: /^[2-6]/ },
  { length: 15, begins: /^3/ },
] as const;
const LONG_RUN = new RegExp(`${DIGIT}(?:${GAP}${DIGIT}){${CARD_DIGITS_MIN - 1},}`, 'giu');
const EACH_DIGIT = new RegExp(DIGIT, 'giu');

/** A secret said out: "my PIN is 1 2 3 4", "the code is 991823", "mi clave es 4 5 1 2". */
const ANNOUNCED_SECRET = new RegExp(
  String.raw`(?<!\p{L})(pin|passcode|password|security code|cvv|cvc|code|clave|contraseña|código)(?!\p{L})` +
    String.raw`((?:\s+(?:number|is|was|it's|es|número))*[\s:]*)` +
    `(${DIGIT}(?:${GAP}${DIGIT}){2,})`,
  'giu',
);

const REDACTED = '[number removed]';

/**
 * Takes payment card numbers (ISO/IEC 7812) and announced PINs out of text that leaves the call: summary, headers, logs. A run of digits goes as
 * a whole when any part of it could be a card's number, since an expiry date is often said in the same breath; Luhn's check keeps most order
 * numbers.
 */
export function redact(text: string): string {
  return text
    .replace(LONG_RUN, (run) => (holdsCardNumber(digitsOf(run)) ? REDACTED : run))
    .replace(ANNOUNCED_SECRET, (_, word: string, between: string) => `${word}${between}${REDACTED}`);
}

function digitsOf(run: string): string {
  return Array.from(run.matchAll(EACH_DIGIT), ([digit]) => DIGIT_WORDS[digit.toLowerCase()] ?? digit).join('');
}

function holdsCardNumber(digits: string): boolean {
  if (digits.length <= CARD_DIGITS_MAX && passesLuhn(digits)) return true;
  return CARD_SHAPES.some(({ length, begins }) =>
    Array.from({ length: Math.max(0, digits.length - length + 1) }, (_, at) => digits.slice(at, at + length)).some(
      (part) => begins.test(part) && passesLuhn(part),
    ),
  );
}

/** ISO/IEC 7812-1 annex B. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
