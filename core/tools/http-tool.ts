import * as z from 'zod';
import { toolParameter } from './parameters.ts';
import { toolWords } from './words.ts';

/** A member of the answer: names with dots between them; through a list it is taken from each element. */
const resultPath = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,60}(\.[A-Za-z0-9_-]{1,60}){0,7}$/, 'expected names with dots, such as "delivery.date"');

/** A tool the model may call, carried out as one HTTP request. As written in an agent's YAML under `tools`. */
export const httpTool = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,39}$/, 'expected lower-case letters, digits and underscores, such as "order_status"'),
  description: z.string().min(1).max(1_000).describe('For the model: what it gives, and when to use it.'),
  parameters: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'expected lower-case letters, digits, underscores'),
      toolParameter,
    )
    .default({}),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
  url: z
    .string()
    .min(1)
    .max(2_000)
    .describe(
      'Its host must be in TOOL_HOSTS. {parameter}, {customer.id}, {call.from} and the like are filled in, percent-encoded, in path and query.',
    ),
  headers: z.record(z.string(), z.string().max(500)).default({}).describe('Values may have places to fill in.'),
  body: z
    .json()
    .optional()
    .describe(
      'Sent as JSON. A string that is nothing but one place becomes the value itself; a member whose place has no value is left out.',
    ),
  requires: z
    .enum(['nothing', 'proven'], 'expected "nothing" or "proven"')
    .default('nothing')
    .describe(
      'proven: only for a caller who has proven who they are. A header, a number and what they say are no proof.',
    ),
  secret: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,60}$/, 'expected capitals, digits and underscores, such as "CRM_KEY"')
    .optional()
    .describe('CRM_KEY means the environment variable TOOL_SECRET_CRM_KEY; sent as a bearer token.'),
  secretHeader: z.string().optional().describe('Sends the secret as this header instead, as it is.'),
  timeoutMs: z.number().int().min(100).max(20_000).default(5_000),
  meanwhile: toolWords.optional().describe('Said while it works.'),
  onFailure: toolWords.optional().describe('Said when it fails; else what the language has for that.'),
  result: z
    .array(resultPath)
    .max(40)
    .default([])
    .describe('Which members of a JSON answer the model gets, such as "delivery.date"; all when empty.'),
  resultMaxChars: z.number().int().min(50).max(6_000).default(2_000),
});

export type HttpTool = z.infer<typeof httpTool>;
