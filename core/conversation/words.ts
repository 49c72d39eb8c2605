/** Listening noises: they say "go on", not "stop". */
const BACK_CHANNELS: Readonly<Record<string, readonly string[]>> = {
  en: [
    'uh-huh',
    'uh huh',
    'mm-hmm',
    'mm hmm',
    'mhm',
    'hm',
    'hmm',
    'mm',
    'okay',
    'ok',
    'right',
    'yeah',
    'i see',
    'sure',
    'ah',
    'oh',
  ],
  es: ['ajá', 'aja', 'mm', 'mhm', 'hm', 'ya', 'vale', 'claro', 'ok', 'okay', 'ah', 'oh'],
};
const YES: Readonly<Record<string, RegExp>> = {
  en: /\b(?:yes|yeah|yep|yup|sure|ok|okay|please|of course|go ahead|correct|absolutely|definitely|do that|that would be)\b/,
  es: /(?:^|[^\p{L}])(?:sí|si|claro|vale|por favor|de acuerdo|correcto|adelante|ok|okay)(?![\p{L}])/u,
};
const NO: Readonly<Record<string, RegExp>> = {
  en: /\b(?:no|nope|not|[a-z]{2,6}n't|do not|never|rather not|wait|stop)\b/,
  es: /(?:^|[^\p{L}])(?:no|nunca|mejor no|espera|espere|todavía no)(?![\p{L}])/u,
};

function forLanguage<Words>(table: Readonly<Record<string, Words>>, language: string): Words | undefined {
  const tag = language.split('-')[0]?.toLowerCase() ?? '';
  // A language comes from a file or a header: `__proto__` is one that no table has.
  return table[Object.hasOwn(table, tag) ? tag : 'en'];
}

function bare(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('\u2019', "'")
    .replace(/[^\p{L}\p{N}' -]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Whether these words, said over the agent, only show that somebody listens. */
export function isBackChannel(text: string, language: string): boolean {
  return forLanguage(BACK_CHANNELS, language)?.includes(bare(text)) ?? false;
}

export type YesOrNo = 'yes' | 'no' | 'unclear';

/** How an answer to a yes-or-no question is meant. A "no" anywhere wins: a caller who is not sure is not handed over against their will. */
export function yesOrNo(text: string, language: string): YesOrNo {
  const words = bare(text);
  if (forLanguage(NO, language)?.test(words) === true) return 'no';
  return forLanguage(YES, language)?.test(words) === true ? 'yes' : 'unclear';
}

/** Whether a text has anything in it that was said. */
export function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}
