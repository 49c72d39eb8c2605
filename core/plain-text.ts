/** C0, DEL, C1, the line and paragraph separators, and the marks that turn the direction of writing: none of them belongs in a header, a log line or a prompt. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\ufeff]/gu;

/** One line of well-formed text: lone surrogates replaced, control characters and runs of white space turned into one space, ends trimmed. Never throws. */
export function plainText(text: string): string {
  return text.toWellFormed().replace(CONTROL, ' ').replace(/\s+/gu, ' ').trim();
}

/** At most `maxChars` UTF-16 units, never half a character. */
export function clip(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const cut = text.slice(0, maxChars);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}
