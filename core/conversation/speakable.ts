import { lexiconMatches } from '../language/lexicon.ts';
import { inWords, withoutMasks, type SpeechStyle } from '../language/reading.ts';
import { readingsIn, type Hint } from '../language/say-as.ts';
import { isMultilingual, localeOfVoice } from '../language/voice.ts';
import { clip, plainText } from '../plain-text.ts';
import { withoutMarkup } from './markup.ts';

export type { SpeechStyle } from '../language/reading.ts';

/** Twenty minutes of speech: nobody listens to more, and nobody's text may keep the other calls waiting. */
const TEXT_MAX_CHARS = 20_000;

/** One line of plain text, as it can be said: nothing of markup, addresses and signs in words. This is what is recorded as the agent's words. */
export function speakableText(text: string, style: SpeechStyle): string {
  const bare = withoutMarkup(withoutMasks(clip(text, TEXT_MAX_CHARS), style));
  return plainText(inWords(plainText(bare), style)).replace(/ (?=[.,;:!?](?:\s|$))/g, '');
}

/**
 * A whole SSML document for one utterance, out of speakable text. Everything in it that is not ours is escaped: no model's or caller's text is ever
 * markup.
 */
export function toSsml(text: string, style: SpeechStyle): string {
  const { language, voice } = style;
  const own = localeOfVoice(voice);
  // Only a multilingual voice takes `lang`, and the root then names the voice's own language ("Voice and sound with SSML").
  const isOther = own !== undefined && own !== language && isMultilingual(voice);
  const said = marked(text, style);
  return (
    `<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="${attribute(isOther ? own : language)}">` +
    `<voice name="${attribute(voice)}">` +
    (isOther ? `<lang xml:lang="${attribute(language)}">${said}</lang>` : said) +
    '</voice></speak>'
  );
}

/** The words of the lexicon and the hints for numbers, each around its piece of the text. The lexicon was written by a person: it comes first. */
function marked(text: string, style: SpeechStyle): string {
  const words = lexiconMatches(text, style.lexicon);
  const isFree = (start: number, end: number): boolean => words.every((word) => end <= word.start || start >= word.end);
  const pieces = [
    ...words.map(({ start, end, entry }) => ({ start, end, ssml: pronounced(text.slice(start, end), entry) })),
    ...readingsIn(text, style)
      .filter(({ start, end }) => isFree(start, end))
      .map(({ start, end, hint }) => ({ start, end, ssml: hinted(hint) })),
  ].sort((a, b) => a.start - b.start);
  let ssml = '';
  let done = 0;
  for (const piece of pieces) {
    ssml += content(text.slice(done, piece.start)) + piece.ssml;
    done = piece.end;
  }
  return ssml + content(text.slice(done));
}

function pronounced(word: string, { say, ipa }: SpeechStyle['lexicon'][number]): string {
  if (ipa !== undefined) return `<phoneme alphabet="ipa" ph="${attribute(ipa)}">${content(word)}</phoneme>`;
  return say === undefined ? content(word) : `<sub alias="${attribute(say)}">${content(word)}</sub>`;
}

function hinted({ as, format, content: text }: Hint): string {
  return `<say-as interpret-as="${as}"${format === undefined ? '' : ` format="${format}"`}>${content(text)}</say-as>`;
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

/**
 * Apostrophes stay as they are, which is legal: the service sends no word boundary for a word with an escaped one in it (issue 2015 of
 * Azure-Samples/cognitive-services-speech-sdk), and then nobody knows whether it was heard.
 */
function content(text: string): string {
  return text.replace(NOT_XML, '').replace(/[&<>]/g, (char) => XML_ENTITIES[char] ?? '');
}

function attribute(text: string): string {
  return text.replace(NOT_XML, '').replace(/[&<>"']/g, (char) => XML_ENTITIES[char] ?? '');
}
