import * as z from 'zod';
import { hours } from '../hours/hours.ts';

const phoneNumber = z
  .string()
  .regex(/^\+[1-9]\d{1,14}$/, 'expected an E.164 number such as "+18005550142"')
  .describe('An E.164 number with its leading +.');

/** Where people answer. */
export const queue = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9-]{1,40}$/, 'expected lower-case letters, digits and hyphens, 40 at most'),
    target: phoneNumber.describe('Where the SBC routes calls for this queue of people.'),
    topics: z.array(z.string().min(1)).default([]).describe('What this queue is for, in words the model may use.'),
    languages: z
      .array(z.string().regex(/^[a-z]{2,3}$/, 'expected a language such as "es"'))
      .default([])
      .describe('What the people there speak; left out: every language of the agent.'),
    hours: hours.optional().describe('When people answer; left out: always.'),
  })
  .describe('A queue of people.');

const comfort = z.strictObject({
  say: z
    .enum(['message', 'off'])
    .default('message')
    .describe('While a transfer is under way and takes long: `texts.comfort`, or nothing because the SBC plays music.'),
  afterMs: z.number().int().min(2_000).max(60_000).default(8_000),
  everyMs: z.number().int().min(5_000).max(60_000).default(20_000),
});

const callBack = z.strictObject({
  offer: z
    .boolean()
    .default(false)
    .describe('Offer to call the caller back, when no queue is open and when the wait is long.'),
  longWaitMinutes: z
    .number()
    .int()
    .min(1)
    .max(240)
    .default(4)
    .describe(
      'A wait of so many minutes is said to the caller before the transfer. It is known where a queue status source is set.',
    ),
});

/** How a caller gets to a person. */
export const handover = z.strictObject({
  confirm: z
    .boolean()
    .default(true)
    .describe('Ask the caller before handing over what the agent, not the caller, proposed.'),
  fallback: z
    .array(z.string().min(1))
    .default([])
    .describe('Queues tried in this order when the chosen one is closed, refuses or does not answer.'),
  whenClosed: z
    .enum(['close', 'return-to-conversation', 'connect'])
    .default('close')
    .describe(
      'When no queue is open, after that was said: end the call, go on with the agent, or try the queues anyway.',
    ),
  callBack: callBack.prefault({}),
  comfort: comfort.prefault({}),
  onFailure: z
    .enum(['disconnect', 'return-to-conversation'])
    .default('disconnect')
    .describe('When no queue took the call: the failure message and the end, or the agent again, who knows of it.'),
  returnsMax: z
    .number()
    .int()
    .min(1)
    .max(5)
    .default(2)
    .describe('So often in a call the agent gets a caller back whom no queue took; then the call ends.'),
});

/** Where a failed call goes. What the caller hears when nobody is there either is `texts.failureMessage` of each language. */
export const failure = z.strictObject({
  queue: z
    .string()
    .min(1)
    .optional()
    .describe(
      'The queue for calls in which something failed, and the last one tried for any other; left out: the first of handover.fallback, else the first queue.',
    ),
});
