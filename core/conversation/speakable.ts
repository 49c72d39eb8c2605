import { plainText } from '../plain-text.ts';

export interface SpeechStyle {
  /** BCP 47. */
  readonly language: string;
  /** An Azure neural voice. */
  readonly voice: string;
}

/** How far one piece of markup may reach: what is longer is text with a stray bracket in it. */
const WITHIN = '{0,300}';
const CODE_BLOCK = /```[\s\S]*?(?:```|$)/g;
const LINK = new RegExp(String.raw`!?\[([^\]]${WITHIN})\]\((?:[^()]|\([^()]${WITHIN}\))${WITHIN}\)`, 'g');
const TAG = new RegExp(String.raw`</?[a-z][^>]${WITHIN}>|<!--[\s\S]${WITHIN}?-->`, 'gi');
const URL = /\bhttps?:\/\/[^\s<>]*[^\s<>.,;:!?)]|\bwww\.[^\s<>]*[^\s<>.,;:!?)]/gi;
const RULE = /^[ \t]*(?:[-*_][ \t]*){3,}$/gm;
const LINE_START = /^[ \t]{0,3}(?:#{1,6}|>|[-*+]|\d{1,2}[.)])\s+/gm;
const STRONG = /\*\*|__|~~|`/g;
const EMPHASIS = new RegExp(String.raw`(^|[\s(])[*_](\S(?:.${WITHIN}?\S)?)[*_](?=[\s.,;:!?)]|$)`, 'g');
/** Emoji with what may follow them (variation, joiner, flag letters), and the frame of a keycap. Joiners elsewhere belong to words of Indic scripts. */
const PICTURE =
  /[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}](?:\u{fe0e}|\u{fe0f}|\u{200d}|[\u{e0020}-\u{e007f}])*|\u{fe0f}?\u{20e3}/gu;
const HTML_ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&nbsp;': ' ',
  '&quot;': '"',
  '&apos;': "'",
  '&#39;': "'",
};

/** What a model likes to write and nobody can say: Markdown, HTML, emoji, URLs. Gives one line of plain text. */
export function speakableText(text: string): string {
  return plainText(
    text
      .replace(CODE_BLOCK, ' ')
      .replace(LINK, '$1')
      .replace(TAG, ' ')
      .replace(URL, ' ')
      .replace(RULE, ' ')
      .replace(LINE_START, '')
      .replace(/\|/g, ' ')
      .replace(STRONG, '')
      .replace(EMPHASIS, '$1$2')
      .replace(PICTURE, ' ')
      .replace(/&(?:amp|nbsp|quot|apos|#39);/g, (entity) => HTML_ENTITIES[entity] ?? ' '),
  ).replace(/ (?=[.,;:!?](?:\s|$))/g, '');
}

/** A whole SSML document for one utterance. Everything in it that is not ours is escaped: no model's or caller's text is ever markup. */
export function toSsml(text: string, { language, voice }: SpeechStyle): string {
  return (
    `<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="${escapeXml(language)}">` +
    `<voice name="${escapeXml(voice)}">${sayAs(speakableText(text))}</voice></speak>`
  );
}

/**
 * What a voice would misread, in the order of trial: amounts with a currency, ISO dates, phone numbers, long runs of digits such as account
 * numbers. `interpret-as` values are those of Azure's SSML.
 */
const READINGS: readonly { readonly pattern: string; readonly as: string }[] = [
  {
    pattern: String.raw`[$€£]\s?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d{1,2})?(?![.,]?\d)`,
    as: 'currency',
  },
  {
    pattern: String.raw`(?<![\w.,])(?:\d{1,3}(?:[.,]\d{3})+|\d+)(?:[.,]\d{1,2})?\s?(?:[€£]|(?:USD|EUR|GBP)\b)`,
    as: 'currency',
  },
  { pattern: String.raw`\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b`, as: 'date' },
  { pattern: String.raw`\+\d[\d ()-]{6,18}\d`, as: 'telephone' },
  {
    pattern: String.raw`(?<![\w-])(?:(?:1-)?(?:\(\d{3}\) ?|\d{3}[ -]))?\d{3}-\d{4}(?![\w-])`,
    as: 'telephone',
  },
  { pattern: String.raw`(?<![\w.,])\d{5,}(?!\w|[.,]\d)`, as: 'characters' },
];
const READING = new RegExp(READINGS.map(({ pattern }) => `(${pattern})`).join('|'), 'g');

function sayAs(text: string): string {
  let ssml = '';
  let done = 0;
  for (const match of text.matchAll(READING)) {
    const as = READINGS.find((_, index) => match[index + 1] !== undefined)?.as ?? 'characters';
    const format = as === 'date' ? ' format="ymd"' : '';
    ssml += `${escapeXml(text.slice(done, match.index))}<say-as interpret-as="${as}"${format}>${escapeXml(match[0])}</say-as>`;
    done = match.index + match[0].length;
  }
  return ssml + escapeXml(text.slice(done));
}

const XML_ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** What no XML 1.0 document may hold, escaped or not. Synthesis refuses the whole utterance for one of them. */
const NOT_XML = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

function escapeXml(text: string): string {
  return text.replace(NOT_XML, '').replace(/[&<>"']/g, (char) => XML_ENTITIES[char] ?? '');
}
