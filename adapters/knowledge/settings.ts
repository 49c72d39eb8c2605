import * as z from 'zod';
import { flag, httpUrl, requireSecure } from '../settings/fields.ts';

export interface SearchServiceConfig {
  readonly endpoint: string;
  readonly index: string;
  /** Without it the process's own identity signs in. */
  readonly apiKey: string | undefined;
  readonly fields: {
    readonly text: string;
    readonly title: string;
    readonly source: string;
    /** Holds a language such as "es"; without it every document is for everybody. */
    readonly language: string | undefined;
  };
  /** The index's semantic configuration; without it documents are ranked by their words. */
  readonly semantic: string | undefined;
  /** What scores less does not fit. */
  readonly scoreLeast: number;
}

export type KnowledgeSettings =
  | { readonly kind: 'none' }
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'search-service'; readonly service: SearchServiceConfig };

/** The semantic ranker scores from 0 to 4; at 2 a document answers in part (Azure AI Search, "Semantic ranking"). Word scores have no scale. */
const RERANKER_SCORE_LEAST = 2;

const fieldName = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,127}$/, 'expected the name of a field of the index');

export const knowledgeSettings = z
  .object({
    KNOWLEDGE_DIR: z.string().optional(),
    KNOWLEDGE_SEARCH_ENDPOINT: httpUrl.optional(),
    KNOWLEDGE_SEARCH_INDEX: z.string().optional(),
    KNOWLEDGE_SEARCH_KEY: z.string().optional(),
    // A guess: the fields that the portal's import wizard makes for chunks of documents.
    KNOWLEDGE_SEARCH_TEXT_FIELD: fieldName.default('chunk'),
    KNOWLEDGE_SEARCH_TITLE_FIELD: fieldName.default('title'),
    KNOWLEDGE_SEARCH_SOURCE_FIELD: fieldName.default('chunk_id'),
    KNOWLEDGE_SEARCH_LANGUAGE_FIELD: fieldName.optional(),
    KNOWLEDGE_SEARCH_SEMANTIC: z.string().optional(),
    KNOWLEDGE_SEARCH_MIN_SCORE: z.coerce.number('expected a number').min(0).optional(),
    ALLOW_INSECURE_URLS: flag,
  })
  .superRefine((env, context) => {
    requireSecure(env, env.ALLOW_INSECURE_URLS, ['KNOWLEDGE_SEARCH_ENDPOINT'], context);
    const complain = (name: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [name], message });
    if (env.KNOWLEDGE_SEARCH_ENDPOINT === undefined) return;
    if (env.KNOWLEDGE_DIR !== undefined) complain('KNOWLEDGE_DIR', 'set this or KNOWLEDGE_SEARCH_ENDPOINT');
    if (env.KNOWLEDGE_SEARCH_INDEX === undefined) complain('KNOWLEDGE_SEARCH_INDEX', 'expected the name of an index');
  })
  .transform((env): KnowledgeSettings => {
    if (env.KNOWLEDGE_DIR !== undefined) return { kind: 'folder', folder: env.KNOWLEDGE_DIR };
    if (env.KNOWLEDGE_SEARCH_ENDPOINT === undefined) return { kind: 'none' };
    const semantic = env.KNOWLEDGE_SEARCH_SEMANTIC;
    return {
      kind: 'search-service',
      service: {
        endpoint: env.KNOWLEDGE_SEARCH_ENDPOINT,
        index: env.KNOWLEDGE_SEARCH_INDEX ?? '',
        apiKey: env.KNOWLEDGE_SEARCH_KEY,
        fields: {
          text: env.KNOWLEDGE_SEARCH_TEXT_FIELD,
          title: env.KNOWLEDGE_SEARCH_TITLE_FIELD,
          source: env.KNOWLEDGE_SEARCH_SOURCE_FIELD,
          language: env.KNOWLEDGE_SEARCH_LANGUAGE_FIELD,
        },
        semantic,
        scoreLeast: env.KNOWLEDGE_SEARCH_MIN_SCORE ?? (semantic === undefined ? 0 : RERANKER_SCORE_LEAST),
      },
    };
  });
