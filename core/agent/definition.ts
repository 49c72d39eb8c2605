import * as z from 'zod';
import { identity } from '../identity/definition.ts';
import { knowledge } from '../knowledge/definition.ts';
import { texts } from '../language/pack.ts';
import { screening } from '../screening/definition.ts';
import { httpTool } from '../tools/http-tool.ts';
import { answers } from './answers.ts';
import { failure, handover, queue } from './hand-over.ts';
import { turnTaking } from './turn-taking.ts';

const silence = z.strictObject({
  repromptAfterMs: z.number().int().min(1_000).max(60_000).default(8_000),
  then: z
    .enum(['close', 'hand-over'])
    .default('close')
    .describe('After the last reprompt: say goodbye and end the call, or connect the caller with a person.'),
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
  maxDigits: z.number().int().min(1).max(64).optional().describe('A number is complete with so many keys.'),
  menu: z
    .record(z.string().regex(/^[0-9*#]$/, 'expected one key'), z.string().min(1).max(100))
    .default({})
    .describe(
      'Keys that are an answer by themselves when pressed first, and what each means. Leave it out where numbers are asked for.',
    ),
  interDigitTimeoutMs: z.number().int().min(500).max(20_000).default(3_000),
});

const languageTag = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?$/, 'expected a BCP 47 tag such as "en-US"');

const lexiconEntry = z
  .strictObject({
    word: z.string().min(1).max(80),
    say: z.string().min(1).max(200).optional().describe('Other words to say instead.'),
    ipa: z.string().min(1).max(200).optional().describe('Its sound in the International Phonetic Alphabet.'),
  })
  .describe('How a word is pronounced: one of `say` and `ipa`.');

const agentLanguage = z
  .strictObject({
    language: languageTag,
    voice: z.string().min(1).describe('An Azure neural voice.'),
    greeting: z
      .string()
      .min(1)
      .describe("Said first to a known customer; {name} is the customer's name, {reason} why the IVR sent them."),
    greetingUnknown: z.string().min(1).describe('Said first when the customer is not known.'),
    texts: texts
      .partial()
      .prefault({})
      .describe('Fixed sentences; what is left out is said as the language pack has it.'),
    lexicon: z.array(lexiconEntry).max(200).default([]),
  })
  .describe('One language the agent speaks.');

const languageFrom = z.strictObject({
  header: z.string().min(1).optional().describe("The inbound header that names the caller's language; canonical name."),
  numbers: z.record(z.string(), languageTag).default({}).describe('Called numbers and the language spoken there.'),
  identify: z.boolean().default(false).describe('Listen for all languages of the agent until the caller has spoken.'),
});

/**
 * One agent, as written in YAML under `agents/`. Everything a person says or hears is here; the JSON Schema beside the files is generated from this.
 */
export const agentDefinition = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().regex(/^[a-z0-9-]{1,40}$/, 'expected lower-case letters, digits and hyphens, 40 at most'),
  answers: answers
    .prefault({})
    .describe(
      'Which calls this agent takes; the standard agent takes the others: AGENT, else the one that says nothing here.',
    ),
  languages: z.array(agentLanguage).min(1).describe('The first is spoken unless something says otherwise.'),
  languageFrom: languageFrom.prefault({}),
  instructions: z.string().min(1).max(20_000).describe('The system prompt.'),
  reasonHeader: z
    .string()
    .default('call-reason')
    .describe('The inbound header that says why the IVR sent the caller; canonical name, prefix left out.'),
  customerIdHeader: z.string().default('customer-id'),
  customerFacts: z
    .enum(['claimed', 'proven'], 'expected "claimed" or "proven"')
    .default('proven')
    .describe(
      'Of whom the model knows the facts in the record: whoever header, number or words name, or only who has proven it.',
    ),
  phrases: z.array(z.string().min(1)).max(500).default([]).describe('Words the recogniser should expect.'),
  maxReplyTokens: z.number().int().min(16).max(1_000).default(200),
  maxReplyChars: z
    .number()
    .int()
    .min(100)
    .max(5_000)
    .default(900)
    .describe('A reply ends with the clause that goes beyond this.'),
  fillerAfterMs: z.number().int().min(300).max(10_000).default(1_500),
  turnTaking: turnTaking.prefault({}),
  tools: z.array(httpTool).max(40).default([]),
  knowledge: knowledge.optional(),
  agents: z.array(z.string().min(1)).default([]).describe('Other agents this one may hand the caller to, by name.'),
  queues: z.array(queue).min(1),
  handover: handover.prefault({}),
  failure: failure.prefault({}),
  silence: silence.prefault({}),
  keypad: keypad.prefault({}),
  screening: screening.prefault({}).describe('What callers nobody knows have to do before the conversation begins.'),
  identity: identity.optional().describe('How a caller proves who they are; left out: nobody is asked to.'),
});

export type AgentDefinition = z.infer<typeof agentDefinition>;
