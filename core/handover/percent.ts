/**
 * Percent-encoding into the alphabet that ACS allows in custom header values (acs-facts 1.4): letters, digits and `. ! % * _ + ~ - = ;`. `+`, `=` and
 * `;` are encoded too: the first is a space to many decoders, the others separate fields. `decodeURIComponent`, and every URL decoder, undoes it.
 */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/['()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * As many whole words of `words` as fit into `maxChars` once encoded and joined by spaces. A first word that is longer by itself is cut between
 * two characters, never inside one and never inside an escape.
 */
export function encodeWithin(text: string, maxChars: number): string {
  let encoded = '';
  for (const word of text.split(' ')) {
    const longer = encoded === '' ? percentEncode(word) : `${encoded}%20${percentEncode(word)}`;
    if (longer.length > maxChars) return encoded === '' ? cutWord(word, maxChars) : encoded;
    encoded = longer;
  }
  return encoded;
}

function cutWord(word: string, maxChars: number): string {
  let encoded = '';
  for (const char of word) {
    const longer = encoded + percentEncode(char);
    if (longer.length > maxChars) break;
    encoded = longer;
  }
  return encoded;
}

/** Undoes percent-encoding where the text is such; anything else comes back as it is. Never throws. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
