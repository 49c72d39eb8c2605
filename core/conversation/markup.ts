/** How far one piece of markup may reach: what is longer is text with a stray bracket in it. */
const WITHIN = '{0,300}';
const CODE_BLOCK = /(```|~~~)[\s\S]*?(?:\1|$)/g;
const AUTOLINK = /<(?:mailto:)?([^\s<>@]{1,64}@[^\s<>@]{1,128})>/g;
const LINK = new RegExp(String.raw`!?\[([^\]]${WITHIN})\]\((?:[^()]|\([^()]${WITHIN}\))${WITHIN}\)`, 'g');
const REFERENCE = /\[([^\][]{1,300})\]\[[^\][]{0,60}\]/g;
/** "[^1]", "[1]", "[12, 13]", and the marks some models cite with. */
const FOOTNOTE = /\s?\[\^[^\][]{1,40}\]:?|\s?\[\d{1,3}(?:, ?\d{1,3}){0,9}\]|\s?【[^】]{0,80}】/g;
const DEFINITION = /^[ \t]{0,3}\[[^\][]{1,80}\]:[ \t]?.*$/gm;
const TAG = new RegExp(String.raw`</?[a-z][^>]${WITHIN}>|<!--[\s\S]${WITHIN}?-->`, 'gi');
const URL =
  /\b(?:https?|ftp):\/\/[^\s<>]*[^\s<>.,;:!?)]|\bwww\.[^\s<>]*[^\s<>.,;:!?)]|(?<![\p{L}\p{N}@.-])(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,12}\/[^\s<>]*[^\s<>.,;:!?)]/giu;
const TABLE_RULE = /^[ \t]{0,12}\|?(?:[ \t]{0,40}:?-{2,}:?[ \t]{0,40}\|){1,40}[ \t]{0,40}(?::?-{2,}:?)?[ \t]{0,40}$/gm;
const RULE = /^[ \t]*(?:[-*_=][ \t]*){3,}$/gm;
const LINE_START = /^[ \t]{0,12}(?:(?:#{1,6}|>|[-*+•]|\d{1,2}[.)])[ \t]+)+(?:\[[ xX]\][ \t]+)?/gm;
const ROW_ENDS = /^[ \t]{0,12}\|[ \t]{0,40}|[ \t]{0,40}\|[ \t]{0,40}$/gm;
const CELLS = /[ \t]{0,40}\|[ \t]{0,40}/g;
const STRONG = /\*\*|__|~~|`/g;
const EMPHASIS = new RegExp(String.raw`(^|[\s(])([*_])(?!\s)((?:(?!\2).)${WITHIN})(?<!\s)\2(?=[\s.,;:!?)]|$)`, 'g');
/** One half of it: the other was in another clause. */
const STRAY = /(?<=^|[\s("'])[*_](?=[\p{L}\p{N}"'])|(?<=[\p{L}.!?,"')])[*_](?=[\s.,;:!?)]|$)/gmu;
/** Emoji with what may follow them (variation, joiner, flag letters), and the frame of a keycap. Joiners elsewhere belong to words of Indic scripts. */
const PICTURE =
  /[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}](?:\u{fe0e}|\u{fe0f}|\u{200d}|[\u{e0020}-\u{e007f}])*|\u{fe0f}?\u{20e3}/gu;
const HTML_ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&nbsp;': ' ',
  '&quot;': '"',
  '&apos;': "'",
  '&#39;': "'",
};

/** What a model likes to write and nobody can say, taken out: Markdown, HTML, footnotes, code, emoji, URLs. */
export function withoutMarkup(text: string): string {
  return text
    .replace(CODE_BLOCK, ' ')
    .replace(AUTOLINK, '$1')
    .replace(LINK, '$1')
    .replace(DEFINITION, '')
    .replace(REFERENCE, '$1')
    .replace(FOOTNOTE, '')
    .replace(TAG, ' ')
    .replace(URL, ' ')
    .replace(TABLE_RULE, ' ')
    .replace(RULE, ' ')
    .replace(LINE_START, '')
    .replace(ROW_ENDS, '')
    .replace(CELLS, ', ')
    .replace(STRONG, '')
    .replace(EMPHASIS, '$1$3')
    .replace(STRAY, '')
    .replace(PICTURE, ' ')
    .replace(/&(?:amp|lt|gt|nbsp|quot|apos|#39);/g, (entity) => HTML_ENTITIES[entity] ?? ' ');
}
