/** So many of a text's words have to be the agent's, in its order: recognition of an echo gets some wrong. */
const SHARE = 0.75;

/**
 * Whether recognised words are those the agent has just been saying, come back over the line. Callers repeat the agent's words too: only ask
 * where no voice of theirs was heard.
 */
export function areOwnWords(text: string, spoken: string): boolean {
  const heard = wordsOf(text);
  const own = wordsOf(spoken);
  if (heard.length === 0) return false;
  let at = 0;
  let found = 0;
  for (const word of heard) {
    const next = own.indexOf(word, at);
    if (next < 0) continue;
    found += 1;
    at = next + 1;
  }
  return found / heard.length >= SHARE;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
}
