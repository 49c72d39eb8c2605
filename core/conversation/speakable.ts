import { plainText } from '../plain-text.ts';

export interface SpeechStyle {
  /** BCP 47. */
  readonly language: string;
  /** An Azure neural voice. */
  readonly voice: string;
}

/** What a model likes to write and nobody can say: Markdown, HTML, emoji, URLs. Gives one line of plain text. */
export function speakableText(text: string): string {
  return plainText(
    text
      .replace(/```[\s\S]*?(?:```|$)/g, ' ')
      .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/<\/?[a-z][^>]*>/gi, ' ')
      .replace(/\bhttps?:\/\/\S+|\bwww\.\S+/gi, ' ')
      .replace(/^\s{0,3}(?:#{1,6}|>|[-*+]|\d{1,2}[.)])\s+/gm, '')
      .replace(/^\s*(?:[-*_]\s*){3,}$/gm, ' ')
      .replace(/\|/g, ' ')
      .replace(/(\*\*|__|~~|`)/g, '')
      .replace(/(^|\s)[*_](\S(?:.*?\S)?)[*_](?=\s|[.,;:!?]|$)/g, '$1$2')
      .replace(/[\p{Extended_Pictographic}\p{Regional_Indicator}\u{fe0f}\u{200d}]/gu, ' '),
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
    pattern: String.raw`[$€£]\s?\d{1,3}(?:,\d{3})*(?:\.\d{1,2})?(?!\d)|\b\d+(?:\.\d{1,2})? (?:USD|EUR|GBP)\b`,
    as: 'currency',
  },
  { pattern: String.raw`\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b`, as: 'date' },
  { pattern: String.raw`\+\d[\d ()-]{6,18}\d`, as: 'telephone' },
  { pattern: String.raw`\b\d{5,}\b`, as: 'characters' },
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

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => XML_ENTITIES[char] ?? '');
}
