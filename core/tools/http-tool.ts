import { z } from 'zod';

/** A tool the model may call, carried out as one HTTP request. As written in an agent's YAML under `tools`. */
export const httpTool = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,39}$/, 'expected lower-case letters, digits and underscores, such as "order_status"'),
  description: z.string().min(1).max(1_000),
});

export type HttpTool = z.infer<typeof httpTool>;
