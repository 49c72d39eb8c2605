import { AzureKeyCredential, SearchClient, type SearchOptions } from '@azure/search-documents';
import { primarySubtag } from '#core/language/locale';
import { clip, plainText } from '#core/plain-text';
import { PortError } from '#core/ports/error';
import type { KnowledgeBase, Passage } from '#core/ports/knowledge-base';
import { lazyAzureCredential } from '../identity/lazy-credential.ts';
import type { SearchServiceConfig } from './settings.ts';

const PASSAGES_MAX = 3;
const QUERY_MAX_CHARS = 500;
const TEXT_MAX_CHARS = 6_000;
const TITLE_MAX_CHARS = 200;
const SOURCE_MAX_CHARS = 500;
/** A caller waits: an answer that takes longer is none. */
const ANSWER_BUDGET_MS = 4_000;
/** Operators of the simple query syntax: a caller's words are words. */
const OPERATORS = /[+\-|"*()~\\]/g;

type Document = Record<string, unknown>;

/** An index of Azure AI Search as the knowledge base: full-text search, ranked by meaning where the index has a semantic configuration. */
export function azureSearchKnowledge(config: SearchServiceConfig): KnowledgeBase {
  const client = new SearchClient<Document>(
    config.endpoint,
    config.index,
    config.apiKey === undefined ? lazyAzureCredential() : new AzureKeyCredential(config.apiKey),
    // Settings say whether http is allowed; trying again is for the caller to wish.
    { retryOptions: { maxRetries: 0 }, allowInsecureConnection: config.endpoint.startsWith('http:') },
  );
  return {
    search: async (query, language, signal) => {
      signal.throwIfAborted();
      const words = plainText(clip(query, QUERY_MAX_CHARS).replace(OPERATORS, ' '));
      if (words === '') return [];
      const budget = AbortSignal.timeout(ANSWER_BUDGET_MS);
      try {
        const abortSignal = AbortSignal.any([signal, budget]);
        return await passages(client, words, { ...optionsFor(config, language), abortSignal }, config);
      } catch (error) {
        signal.throwIfAborted();
        throw portErrorOf(error, budget.aborted);
      }
    },
  };
}

function optionsFor({ fields, semantic }: SearchServiceConfig, language: string): SearchOptions<Document> {
  const { text, title, source } = fields;
  return {
    top: PASSAGES_MAX,
    select: [...new Set([text, title, source])],
    searchMode: 'any',
    ...(fields.language === undefined
      ? {}
      : { filter: `${fields.language} eq '${primarySubtag(language).replaceAll("'", "''")}'` }),
    ...(semantic === undefined
      ? { queryType: 'simple' }
      : { queryType: 'semantic', semanticSearchOptions: { configurationName: semantic } }),
  };
}

async function passages(
  client: SearchClient<Document>,
  words: string,
  options: SearchOptions<Document>,
  { fields, scoreLeast }: SearchServiceConfig,
): Promise<Passage[]> {
  const found: Passage[] = [];
  const { results } = await client.search(words, options);
  for await (const { document, score, rerankerScore } of results) {
    const text = textOf(document[fields.text], TEXT_MAX_CHARS);
    if (text === '' || (rerankerScore ?? score) < scoreLeast) continue;
    const title = textOf(document[fields.title], TITLE_MAX_CHARS);
    found.push({ text, title, source: textOf(document[fields.source], SOURCE_MAX_CHARS) });
    // A page may be followed by another: no more of them.
    if (found.length >= PASSAGES_MAX) break;
  }
  return found;
}

function textOf(value: unknown, maxChars: number): string {
  return typeof value === 'string' ? plainText(clip(value, maxChars)) : '';
}

function portErrorOf(error: unknown, late: boolean): PortError {
  if (late) return new PortError('knowledge-base', 'no answer in time', { retryable: true, cause: error });
  const { statusCode: status } = error as { statusCode?: number };
  const known = typeof status === 'number';
  return new PortError('knowledge-base', known ? `status ${status}` : 'no answer', {
    retryable: !known || status === 429 || status >= 500,
    cause: error,
    ...(known ? { status } : {}),
  });
}
