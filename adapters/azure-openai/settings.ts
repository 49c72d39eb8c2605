import { z } from 'zod';
import { flag, httpUrl, requireSecure } from '../settings/fields.ts';

/** The first token has to be there before the caller believes the line is dead; later ones follow within this too. */
const CHUNK_TIMEOUT_MS = 8_000;

export interface LanguageModelConfig {
  readonly endpoint: string;
  /** Without it the process's own identity signs in. */
  readonly apiKey: string | undefined;
  readonly deployment: string;
  readonly apiVersion: string;
  /** How long the model may be silent, before its first chunk and between two. */
  readonly chunkTimeoutMs: number;
}

export const languageModelSettings = z
  .object({
    OPENAI_ENDPOINT: httpUrl,
    OPENAI_API_KEY: z.string().optional(),
    OPENAI_DEPLOYMENT: z.string('expected the name of a model deployment'),
    OPENAI_API_VERSION: z.string().default('2024-10-21'),
    ALLOW_INSECURE_URLS: flag,
  })
  .superRefine((env, context) => requireSecure(env, env.ALLOW_INSECURE_URLS, ['OPENAI_ENDPOINT'], context))
  .transform((env): LanguageModelConfig => ({
    endpoint: env.OPENAI_ENDPOINT,
    apiKey: env.OPENAI_API_KEY,
    deployment: env.OPENAI_DEPLOYMENT,
    apiVersion: env.OPENAI_API_VERSION,
    chunkTimeoutMs: CHUNK_TIMEOUT_MS,
  }));
