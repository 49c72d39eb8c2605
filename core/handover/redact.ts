/** Thirteen to nineteen digits, in groups if need be: the length of payment card numbers (ISO/IEC 7812). */
const CARD_LIKE = /\d(?:[ .-]?\d){12,18}/g;
/** A secret said out: "my PIN is 1 2 3 4", "the code is 991823". */
const ANNOUNCED_SECRET =
  /\b(pin|passcode|password|security code|cvv|cvc|code)\b((?:\s+(?:number|is|was|it's))*[\s:]*)(\d(?:[ .-]?\d){2,11})/gi;

const REDACTED = '[number removed]';

/**
 * Takes payment card numbers and announced PINs out of text that leaves the call: summary, headers, logs. What a number means cannot always
 * be known: Luhn's check keeps order numbers, at the price of one in ten of them.
 */
export function redact(text: string): string {
  return text
    .replace(CARD_LIKE, (digits) => (passesLuhn(digits.replace(/\D/g, '')) ? REDACTED : digits))
    .replace(ANNOUNCED_SECRET, (_, word: string, between: string) => `${word}${between}${REDACTED}`);
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
