import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import MiniSearch, { type SearchOptions, type SearchResult } from 'minisearch';
import { primarySubtag, type LanguagePacks } from '#core/language/locale';
import { lookedUp, plainWord, wordsOf } from '#core/language/words-of-text';
import { plainText } from '#core/plain-text';
import type { KnowledgeBase, Passage } from '#core/ports/knowledge-base';
import { ConfigurationError } from '../settings/load-settings.ts';
import { markdownSections } from './markdown-sections.ts';

/** Kept in memory: a folder beyond this belongs into a search service. */
const FILES_MAX = 2_000;
/** A search among so many takes up to 30 ms of the process that keeps the pace of the audio. */
const SECTIONS_MAX = 5_000;
const FILE_MAX_BYTES = 1_000_000;
const QUERY_MAX_CHARS = 500;
const QUERY_WORDS_MAX = 16;
const PASSAGES_MAX = 3;
/** Of the words that say what is looked for, so many have to be in a section. */
const WORDS_FOUND_LEAST = 0.4;
/** A word that so many sections have tells none of them from another: in a folder about cards, "card". */
const COMMON_SHARE = 0.4;
const COMMON_SECTIONS_LEAST = 8;
/** What fits much worse than the best is no answer beside it. */
const SCORE_LEAST = 0.5;
const LANGUAGE_FOLDER = /^[a-z]{2,3}(?:-[A-Z]{2})?$/;

interface Indexed extends Passage {
  readonly id: number;
  /** Undefined: for callers of any language. */
  readonly language: string | undefined;
}

/**
 * A folder of Markdown, read once at the start; a passage is a section under a heading. Its language is that of the front matter (`language:`) or
 * of the folder it is in (`es/`); without either it is for everybody. Of a question, the stop words of its language are not looked for. Throws `ConfigurationError` for a folder that cannot be read or is too large.
 */
export function markdownKnowledge(folder: string, packs: LanguagePacks): KnowledgeBase {
  const stopWords = new Map([...packs].map(([language, pack]) => [language, new Set(pack.stopWords.map(plainWord))]));
  const passages = passagesIn(folder);
  const index = new MiniSearch<Indexed>({
    fields: ['title', 'text'],
    tokenize: wordsOf,
    processTerm: (word) => lookedUp(word) ?? null,
    searchOptions: {
      boost: { title: 2 },
      prefix: (word) => word.length > 3,
      weights: { prefix: 0.4, fuzzy: 0.3 },
    },
  });
  index.addAll(passages);
  const isCommon = commonWords(passages);

  return {
    search: (query, language, signal) => {
      signal.throwIfAborted();
      const isStopWord = (word: string): boolean =>
        stopWords.get(primarySubtag(language))?.has(plainWord(word)) === true;
      const asked = wordsOf(plainText(query.slice(0, QUERY_MAX_CHARS))).filter((word) => !isStopWord(word));
      const all = [...new Set(lookedUpIn(asked))].slice(0, QUERY_WORDS_MAX);
      const telling = all.filter((word) => !isCommon(word));
      const words = telling.length > 0 ? telling : all;
      if (words.length === 0) return Promise.resolve([]);
      const least = Math.ceil(words.length * WORDS_FOUND_LEAST);
      const fitting = (options: SearchOptions): SearchResult[] =>
        index
          .search(all.join(' '), {
            ...options,
            filter: ({ id }) => isSpoken(passages[Number(id)]?.language, language),
          })
          .filter(({ queryTerms }) => words.filter((word) => queryTerms.includes(word)).length >= least);
      const asWritten = fitting({});
      // Recognisers and models misspell; short words become others at once. Dearer by far, so only where it is needed.
      const found = asWritten.length > 0 ? asWritten : fitting({ fuzzy: (word) => (word.length > 4 ? 0.2 : false) });
      const best = found[0]?.score ?? 0;
      return Promise.resolve(
        found
          .filter(({ score }) => score >= best * SCORE_LEAST)
          .slice(0, PASSAGES_MAX)
          .flatMap(({ id }) => {
            const passage = passages[Number(id)];
            return passage === undefined ? [] : [{ text: passage.text, title: passage.title, source: passage.source }];
          }),
      );
    },
  };
}

function lookedUpIn(words: readonly string[]): string[] {
  return words.flatMap((word) => lookedUp(word) ?? []);
}

function isSpoken(language: string | undefined, wanted: string): boolean {
  return language === undefined || primarySubtag(language) === primarySubtag(wanted);
}

function commonWords(passages: readonly Indexed[]): (word: string) => boolean {
  const sections = new Map<string, number>();
  for (const { title, text } of passages) {
    const words = new Set(lookedUpIn(wordsOf(`${title} ${text}`)));
    for (const word of words) sections.set(word, (sections.get(word) ?? 0) + 1);
  }
  return (word) =>
    passages.length >= COMMON_SECTIONS_LEAST && (sections.get(word) ?? 0) > passages.length * COMMON_SHARE;
}

function passagesIn(folder: string): Indexed[] {
  const passages: Indexed[] = [];
  for (const path of markdownFiles(folder)) {
    const file = relative(folder, path).split(sep).join('/');
    if (statSync(path).size > FILE_MAX_BYTES) {
      throw new ConfigurationError(`${path} is longer than ${FILE_MAX_BYTES} bytes: split it (KNOWLEDGE_DIR)`);
    }
    const { language, sections } = markdownSections(readFileSync(path, 'utf8'));
    const [first = ''] = file.split('/');
    const ofFolder = file.includes('/') && LANGUAGE_FOLDER.test(first) ? first : undefined;
    for (const { title, anchor, text } of sections) {
      const source = anchor === '' ? file : `${file}#${anchor}`;
      passages.push({ id: passages.length, language: language ?? ofFolder, title, text, source });
    }
  }
  if (passages.length > SECTIONS_MAX) {
    throw new ConfigurationError(
      `${folder} has more than ${SECTIONS_MAX} sections: use a search service (KNOWLEDGE_DIR)`,
    );
  }
  return passages;
}

function markdownFiles(folder: string): string[] {
  let files: string[];
  try {
    files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch {
    throw new ConfigurationError(`Cannot read the folder ${folder} (KNOWLEDGE_DIR)`);
  }
  if (files.length > FILES_MAX) {
    throw new ConfigurationError(`${folder} has more than ${FILES_MAX} files: use a search service (KNOWLEDGE_DIR)`);
  }
  return files;
}
