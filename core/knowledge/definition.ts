import { z } from 'zod';

/** How an agent uses the knowledge base. */
export const knowledge = z.strictObject({
  spokenMaxChars: z
    .number()
    .int()
    .min(80)
    .max(2_000)
    .default(400)
    .describe('A passage that is read out ends within this.'),
});
