import * as z from 'zod';

/** How an agent uses the knowledge base. */
export const knowledge = z.strictObject({
  about: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe('What stands in it, in words for the model: "fees, delivery times and disputes of cards".'),
  readOut: z
    .enum(['passage', 'model'])
    .default('passage')
    .describe('Read the best passage out as it stands, or let the model answer from what was found.'),
  spokenMaxChars: z
    .number()
    .int()
    .min(80)
    .max(2_000)
    .default(400)
    .describe('A passage that is read out ends within this.'),
});
