import * as z from 'zod';

/** A quarter of an hour of prompts: some agents in some languages each. */
const PROMPT_CACHE_DEFAULT_MB = 32;
const BYTES_PER_MB = 1_000_000;

export const promptCacheSettings = z
  .object({
    PROMPT_CACHE_MB: z.coerce
      .number('expected a number of megabytes')
      .int()
      .min(0)
      .max(1_000)
      .default(PROMPT_CACHE_DEFAULT_MB),
  })
  .transform((env) => ({ maxBytes: env.PROMPT_CACHE_MB * BYTES_PER_MB }));
