import { parse } from 'yaml';
import * as z from 'zod';
import { withoutMarkup } from '#core/conversation/markup';
import { plainText } from '#core/plain-text';

export interface Section {
  /** The headings above it, from the file's own down. */
  readonly title: string;
  /** Of its heading, as a link in the file would name it; empty above the first heading. */
  readonly anchor: string;
  /** Plain sentences. */
  readonly text: string;
}

export interface MarkdownFile {
  /** BCP 47, from the front matter. */
  readonly language: string | undefined;
  readonly sections: readonly Section[];
}

/** A long section is cut at its paragraphs: what is read out should begin where the answer is. */
const SECTION_CHARS = 600;

const frontMatter = z.looseObject({
  language: z.string().max(35).optional().catch(undefined),
  title: z.string().max(200).optional().catch(undefined),
});

const FRONT_MATTER = /^---[ \t]*\r?\n([\s\S]{0,4000}?)\r?\n---[ \t]*(?:\r?\n|$)/;
const HEADING = /^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*$/;
const FENCE = /^ {0,3}(```|~~~)/;

/** The sections of a Markdown text, in order. Never throws: what is no Markdown is text. */
export function markdownSections(markdown: string): MarkdownFile {
  const [whole = '', yaml = ''] = FRONT_MATTER.exec(markdown) ?? [];
  const { language, title } = readFrontMatter(yaml);
  const sections: Section[] = [];
  let headings: string[] = title === undefined ? [] : [title];
  let anchor = '';
  let lines: string[] = [];
  let fence: string | undefined;
  const close = (): void => {
    const titled = { title: headings.filter((heading) => heading !== '').join(' > '), anchor };
    sections.push(...texts(lines).map((text) => ({ ...titled, text })));
    lines = [];
  };
  for (const line of markdown.slice(whole.length).split(/\r?\n/)) {
    const [, mark] = FENCE.exec(line) ?? [];
    if (mark !== undefined && (fence === undefined || fence === mark)) fence = fence === undefined ? mark : undefined;
    const [, hashes, text = ''] = fence === undefined ? (HEADING.exec(line) ?? []) : [];
    if (hashes === undefined) {
      lines.push(line);
      continue;
    }
    close();
    // A level that was left out has no heading.
    const above = Array.from({ length: hashes.length - 1 }, (_, level) => headings[level] ?? '');
    headings = [...above, bare(text)];
    anchor = anchorOf(bare(text));
  }
  close();
  return { language, sections };
}

function readFrontMatter(yaml: string): z.output<typeof frontMatter> {
  try {
    return frontMatter.safeParse(parse(yaml, { maxAliasCount: 0 })).data ?? {};
  } catch {
    return {};
  }
}

/** As GitHub makes them. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

function texts(lines: readonly string[]): string[] {
  const found: string[] = [];
  for (const paragraph of paragraphsOf(lines)) {
    const last = found.at(-1);
    if (last !== undefined && last.length + paragraph.length < SECTION_CHARS)
      found[found.length - 1] = `${last} ${paragraph}`;
    else found.push(paragraph);
  }
  return found;
}

function paragraphsOf(lines: readonly string[]): string[] {
  return lines
    .join('\n')
    .split(/\n[ \t]*\n/)
    .map((paragraph) => bare(paragraph.split('\n').map(sentence).join('\n')))
    .filter((paragraph) => paragraph !== '');
}

function bare(text: string): string {
  return plainText(withoutMarkup(text));
}

/** An item of a list or a row of a table is a sentence of its own when it is heard. */
function sentence(line: string): string {
  if (/^[ \t|:-]+$/.test(line)) return '';
  const row = /^[ \t]*\|(.*)\|[ \t]*$/.exec(line);
  if (row !== null)
    return closed(
      (row[1] ?? '')
        .split('|')
        .map((cell) => cell.trim())
        .filter((cell) => cell !== '')
        .join(', '),
    );
  const item = /^[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?(.*)$/.exec(line);
  return item === null ? line : closed(item[1] ?? '');
}

function closed(text: string): string {
  return /[.!?:;,…。！？]\s*$/u.test(text) || text === '' ? text : `${text}.`;
}
