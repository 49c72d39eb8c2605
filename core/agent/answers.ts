import { z } from 'zod';

/** Which calls an agent takes. */
export const answers = z.strictObject({
  numbers: z.array(z.string()).default([]).describe('Called numbers, E.164.'),
  trunks: z.array(z.string().min(1).max(249)).default([]).describe('Trunks, as the trunk header names them.'),
  headers: z
    .record(z.string().min(1), z.string().min(1))
    .default({})
    .describe('Canonical header names and the value each must have.'),
});
