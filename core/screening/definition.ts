import * as z from 'zod';

/** What a caller has to do before the conversation begins, when nobody knows them. */
export const screening = z.strictObject({
  unknownCallers: z
    .enum(['off', 'code'])
    .default('off')
    .describe('code: callers nobody knows repeat some digits before the conversation begins.'),
  digits: z.int().min(3).max(8).default(4).describe('How many digits the code has.'),
  attempts: z.int().min(1).max(5).default(3).describe('So many wrong codes end it.'),
  then: z
    .enum(['hang-up', 'hand-over'])
    .default('hang-up')
    .describe('After the last attempt, or when nobody speaks: the end of the call, or a person.'),
  person: z
    .enum(['after-code', 'hand-over'])
    .default('after-code')
    .describe('Who asks for a person instead of the code: is told that the code comes first, or is connected.'),
  trusted: z
    .array(
      z.strictObject({
        trunk: z.string().trim().min(1).max(249).describe('As the trunk header names it.'),
        header: z.string().trim().min(1).max(64).describe('A header the IVR behind that trunk sets; canonical name.'),
      }),
    )
    .max(50)
    .default([])
    .describe('Callers whom such a trunk brings with such a header have been screened before.'),
});
