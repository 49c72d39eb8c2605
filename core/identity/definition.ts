import * as z from 'zod';

/** How a caller proves to be the customer they are taken for. */
export const identity = z.strictObject({
  proof: z.enum(['pin', 'last-digits']).describe('What the caller is asked for, by voice or keypad.'),
  lastDigits: z.int().min(3).max(12).default(4).describe('How many, where the last digits of a number are asked for.'),
  before: z
    .enum(['tools', 'conversation'])
    .default('tools')
    .describe('tools: when a tool is called that requires "proven". conversation: before anything else.'),
  attempts: z.int().min(1).max(5).default(3),
  onFailure: z
    .enum(['hand-over', 'continue-unproven'])
    .default('hand-over')
    .describe('A person, or a conversation in which such tools stay refused.'),
});
