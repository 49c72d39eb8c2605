import * as z from 'zod';

/** Which calls an agent takes: any of the three is enough. Which agent wins, when several do: core/agent/choose-agent.ts. */
export const answers = z.strictObject({
  numbers: z
    .array(z.string().regex(/^\+[1-9]\d{1,14}$/, 'expected an E.164 number such as "+18005550142"'))
    .default([])
    .describe('Called numbers, E.164.'),
  trunks: z.array(z.string().trim().min(1).max(249)).default([]).describe('Trunks, as the trunk header names them.'),
  headers: z
    .record(z.string().trim().min(1).max(64), z.string().trim().min(1).max(256))
    .default({})
    .describe('Canonical header names and the value each must have; all of them together.'),
});
