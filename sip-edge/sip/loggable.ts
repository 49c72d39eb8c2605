const MAX_LOGGED_CHARACTERS = 200;

/** Text from the network as it may stand in a log line: bounded, one line, control characters shown as escapes. */
export function loggable(text: string, maxCharacters = MAX_LOGGED_CHARACTERS): string {
  const cut = text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text;
  // Not printable: C0 and C1 controls, line and paragraph separators, direction overrides.
  return cut.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** Text from the network as it may stand in a header value that we write: one line, no control characters. */
export function singleLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').trim();
}
