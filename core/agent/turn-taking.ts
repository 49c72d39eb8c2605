import * as z from 'zod';

const pause = (defaultMs: number) => z.number().int().min(0).max(10_000).default(defaultMs);

/**
 * Pauses after the recogniser's final before the turn is the agent's. The recogniser has waited for a silence of its own already (`SPEECH_SEGMENTATION_SILENCE_MS`).
 */
const endOfTurn = z.strictObject({
  shortAnswerMs: pause(0).describe('After a clear answer to a yes-or-no question.'),
  finishedMs: pause(200).describe('After a finished sentence.'),
  plainMs: pause(400).describe('After words that may or may not be all.'),
  unfinishedMs: pause(1_200).describe('After "and", "because", "my ...": the caller is looking for words.'),
  dictatingMs: pause(1_600).describe('After digits: the caller may be reading a number out.'),
});

/** Who speaks when. All in milliseconds. */
export const turnTaking = z.strictObject({
  interruptAfterMs: z
    .number()
    .int()
    .min(60)
    .max(1_000)
    .default(140)
    .describe('So much voice over the agent makes it hold its reply.'),
  resumeAfterMs: z
    .number()
    .int()
    .min(100)
    .max(5_000)
    .default(700)
    .describe('A held reply goes on after so much quiet in which no words were understood.'),
  endOfTurn: endOfTurn.prefault({}),
  thinkAhead: z
    .enum(['off', 'on-final', 'on-partial'])
    .default('on-final')
    .describe('When the model begins to answer: when the turn is over, with the final, or with a stable partial.'),
  stablePartialMs: pause(350).describe('A partial that has not changed for so long is stable.'),
});

export type TurnTaking = z.infer<typeof turnTaking>;
