import { z } from 'zod';

/** The longest failure message, in characters: said by a voice of last resort, it has to be over before the caller gives up. */
const FAILURE_MESSAGE_MAX_CHARS = 150;

const phoneNumber = z
  .string()
  .regex(/^\+[1-9]\d{1,14}$/, 'expected an E.164 number such as "+18005550142"')
  .describe('An E.164 number with its leading +.');

const queue = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9-]{1,40}$/, 'expected lower-case letters, digits and hyphens, 40 at most'),
    target: phoneNumber.describe('Where the SBC routes calls for this queue of people.'),
    topics: z.array(z.string().min(1)).default([]).describe('What this queue is for, in words the model may use.'),
  })
  .describe('A queue of people.');

const handover = z.strictObject({
  confirm: z
    .boolean()
    .default(true)
    .describe('Ask the caller before handing over what the agent, not the caller, proposed.'),
  confirmation: z.string().min(1).default('Shall I connect you with a colleague?'),
  announcement: z.string().min(1).default('I am connecting you now. One moment, please.'),
  fallback: z
    .array(z.string().min(1))
    .default([])
    .describe('Queues tried in this order when the chosen one refuses or does not answer.'),
  failureMessage: z
    .string()
    .min(1)
    .max(FAILURE_MESSAGE_MAX_CHARS)
    .default('I am sorry, nobody can take your call right now. Please call again later. Goodbye.')
    .describe('Said when no queue took the call.'),
  onFailure: z.enum(['disconnect', 'return-to-conversation']).default('disconnect'),
});

const silence = z.strictObject({
  repromptAfterMs: z.number().int().min(1_000).max(60_000).default(8_000),
  reprompts: z
    .array(z.string().min(1))
    .default(['Are you still there?', 'I cannot hear you. Please say something, or press a key.']),
  closing: z.string().min(1).default('I still cannot hear you, so I will hang up now. Goodbye.'),
});

const keypad = z.strictObject({
  toPerson: z
    .string()
    .regex(/^[0-9*#]$/, 'expected one key')
    .optional()
    .describe('This key asks for a person, at any time.'),
  terminator: z
    .string()
    .regex(/^[0-9*#]$/, 'expected one key')
    .default('#'),
  interDigitTimeoutMs: z.number().int().min(500).max(20_000).default(3_000),
});

/**
 * One agent, as written in YAML under `agents/`. Everything a person says or hears is here; the JSON Schema beside the files is generated from this.
 */
export const agentDefinition = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().regex(/^[a-z0-9-]{1,40}$/, 'expected lower-case letters, digits and hyphens, 40 at most'),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?$/, 'expected a BCP 47 tag such as "en-US"')
    .default('en-US'),
  voice: z.string().min(1).default('en-US-AvaMultilingualNeural').describe('An Azure neural voice.'),
  greeting: z
    .string()
    .min(1)
    .describe("Said first to a known customer; {name} is the customer's name, {reason} why the IVR sent them."),
  greetingUnknown: z.string().min(1).describe('Said first when the customer is not known.'),
  instructions: z.string().min(1).max(20_000).describe('The system prompt.'),
  reasonHeader: z
    .string()
    .default('call-reason')
    .describe('The inbound header that says why the IVR sent the caller; canonical name, prefix left out.'),
  customerIdHeader: z.string().default('customer-id'),
  phrases: z.array(z.string().min(1)).max(500).default([]).describe('Words the recogniser should expect.'),
  maxReplyTokens: z.number().int().min(16).max(1_000).default(200),
  fillers: z.array(z.string().min(1)).default(['One moment.']).describe('Said when an answer takes long.'),
  fillerAfterMs: z.number().int().min(300).max(10_000).default(1_500),
  troubleMessage: z
    .string()
    .min(1)
    .default('I am sorry, I am having trouble answering. Let me connect you with a colleague.')
    .describe('Said before the hand-over when the agent itself fails.'),
  resumeMessage: z
    .string()
    .min(1)
    .default('I am sorry, the line was interrupted. Please go on.')
    .describe('Said when the audio was lost and has come back.'),
  queues: z.array(queue).min(1),
  handover: handover.prefault({}),
  silence: silence.prefault({}),
  keypad: keypad.prefault({}),
});

export type AgentDefinition = z.infer<typeof agentDefinition>;
