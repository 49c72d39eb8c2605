import { z } from 'zod';

const phrases = z.array(z.string().min(1).max(80)).max(400);

/**
 * What fixed sentences an agent needs in a language. A language pack has all of them; an agent replaces those it wants to say in its own way.
 */
export const texts = z.strictObject({
  fillers: z.array(z.string().min(1)).describe('Said when an answer takes long; one after the other in turn.'),
  reprompts: z.array(z.string().min(1)).describe('Said when the caller is silent, one after the other.'),
  closing: z.string().min(1).describe('Said before the call is ended because nobody speaks.'),
  confirmation: z.string().min(1).describe('Asks whether to connect the caller with a person.'),
  announcement: z.string().min(1).describe('Said when a hand-over begins.'),
  failureMessage: z
    .string()
    .min(1)
    // Said by a voice of last resort: it has to be over before the caller gives up.
    .max(150)
    .describe('Said when no queue took the call. 150 characters at most.'),
  trouble: z.string().min(1).describe('Said before the hand-over when the agent itself fails.'),
  resume: z.string().min(1).describe('Said when the audio was lost and has come back.'),
  repeat: z.string().min(1).describe('Asks the caller to say it again: the agent had no answer to what it understood.'),
  declined: z.string().min(1).describe('Said when a content filter stopped the answer.'),
  toolFailed: z.string().min(1).describe('Said when a tool failed and says nothing of its own.'),
  knowledgeIntro: z.string().min(1).describe('Said before a passage of the knowledge base is read out.'),
});

export type Texts = z.infer<typeof texts>;

/** How a language is listened to and spoken, as written in YAML under `agents/languages/`. */
export const languagePack = z.strictObject({
  language: z
    .string()
    .regex(/^[a-z]{2,3}$/, 'expected a language such as "en"')
    .describe('Primary subtag of BCP 47.'),
  name: z.string().min(1).max(40).describe('In the language itself, such as "español".'),
  backChannels: phrases.describe('Listening noises: they say "go on", not "stop".'),
  yes: phrases,
  no: phrases.describe('Any of these in an answer makes it a no.'),
  openEndings: phrases.describe('Words after which a speaker goes on: "and", "because", "my".'),
  numberWords: phrases.describe(
    'Spoken digits and numbers: a turn that ends in one may be a number that is being dictated.',
  ),
  texts,
});

export type LanguagePack = z.infer<typeof languagePack>;
