import * as z from 'zod';
import { flag, httpUrl, milliseconds, requireSecure } from '../settings/fields.ts';

/** Between two chunks, and at most before the first: the caller believes the line is dead. */
const CHUNK_TIMEOUT_MS = 8_000;
/** Long enough for most first tokens (the caller hears a filler meanwhile), short enough for a second deployment to answer in time. A guess: measure yours. */
const FIRST_CHUNK_TIMEOUT_DEFAULT_MS = 2_500;

/** Replies that begin within the same moment; those under way bring their connections back for the next. */
const SPARE_CONNECTIONS_DEFAULT = 4;

/** What a model that reasons may be asked for; which of them it takes differs from model to model. */
const REASONING_EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'] as const;

export interface LanguageModelConfig {
  readonly endpoint: string;
  /** Without it the process's own identity signs in. */
  readonly apiKey: string | undefined;
  readonly deployment: string;
  readonly apiVersion: string;
  /** Left out of the request when undefined: not every model, nor every version of the API, knows it. */
  readonly reasoningEffort?: (typeof REASONING_EFFORTS)[number] | undefined;
  /** How long the model may be silent, before its first chunk and between two. */
  readonly chunkTimeoutMs: number;
}

export interface LanguageModelsConfig {
  /** In the order they are preferred. */
  readonly deployments: readonly [LanguageModelConfig, ...LanguageModelConfig[]];
  /** How long one deployment may write nothing before the next is asked beside it. */
  readonly firstChunkTimeoutMs: number;
  /** Connections that are kept open and unused. */
  readonly spareConnections: number;
}

export const languageModelSettings = z
  .object({
    OPENAI_ENDPOINT: httpUrl,
    OPENAI_API_KEY: z.string().optional(),
    OPENAI_DEPLOYMENT: z.string('expected the name of a model deployment'),
    OPENAI_API_VERSION: z.string().default('2024-10-21'),
    OPENAI_REASONING_EFFORT: z.enum(REASONING_EFFORTS).optional(),
    OPENAI_FIRST_CHUNK_TIMEOUT_MS: milliseconds(200, 30_000).default(FIRST_CHUNK_TIMEOUT_DEFAULT_MS),
    OPENAI_SPARE_CONNECTIONS: z.coerce
      .number('expected a number')
      .int()
      .min(0)
      .max(100)
      .default(SPARE_CONNECTIONS_DEFAULT),
    OPENAI_SECONDARY_ENDPOINT: httpUrl.optional(),
    OPENAI_SECONDARY_API_KEY: z.string().optional(),
    OPENAI_SECONDARY_DEPLOYMENT: z.string().optional(),
    ALLOW_INSECURE_URLS: flag,
  })
  .superRefine((env, context) => {
    requireSecure(env, env.ALLOW_INSECURE_URLS, ['OPENAI_ENDPOINT', 'OPENAI_SECONDARY_ENDPOINT'], context);
    if (env.OPENAI_SECONDARY_API_KEY === undefined || env.OPENAI_SECONDARY_ENDPOINT !== undefined) return;
    context.addIssue({
      code: 'custom',
      path: ['OPENAI_SECONDARY_ENDPOINT'],
      message: 'expected beside OPENAI_SECONDARY_API_KEY: a second deployment of the same resource has its key',
    });
  })
  .transform((env): LanguageModelsConfig => {
    const primary: LanguageModelConfig = {
      endpoint: env.OPENAI_ENDPOINT,
      apiKey: env.OPENAI_API_KEY,
      deployment: env.OPENAI_DEPLOYMENT,
      apiVersion: env.OPENAI_API_VERSION,
      reasoningEffort: env.OPENAI_REASONING_EFFORT,
      chunkTimeoutMs: CHUNK_TIMEOUT_MS,
    };
    const { OPENAI_SECONDARY_ENDPOINT: endpoint, OPENAI_SECONDARY_DEPLOYMENT: deployment } = env;
    const shared = {
      firstChunkTimeoutMs: env.OPENAI_FIRST_CHUNK_TIMEOUT_MS,
      spareConnections: env.OPENAI_SPARE_CONNECTIONS,
    };
    if (endpoint === undefined && deployment === undefined) return { deployments: [primary], ...shared };
    const secondary: LanguageModelConfig = {
      ...primary,
      deployment: deployment ?? primary.deployment,
      // One resource's key is never sent to another.
      ...(endpoint === undefined ? {} : { endpoint, apiKey: env.OPENAI_SECONDARY_API_KEY }),
    };
    return { deployments: [primary, secondary], ...shared };
  });
