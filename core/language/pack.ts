import { z } from 'zod';

/** Compared with bare words (bare-words.ts): one with a capital or a full stop would never be found. */
const phrase = z
  .string()
  .max(80)
  .regex(/^[^\p{Lu}\s.,;:!?¿¡"]+( [^\p{Lu}\s.,;:!?¿¡"]+)*$/u, 'expected words in small letters, without punctuation');
const phrases = z.array(phrase).max(400);
const spokenWord = z.string().min(1).max(40);

/**
 * What fixed sentences an agent needs in a language. A language pack has all of them; an agent replaces those it wants to say in its own way.
 */
export const texts = z.strictObject({
  fillers: z.array(z.string().min(1)).describe('Said when an answer takes long; one after the other in turn.'),
  reprompts: z.array(z.string().min(1)).describe('Said when the caller is silent, one after the other.'),
  closing: z.string().min(1).describe('Said before the call is ended because nobody speaks.'),
  goodbye: z.string().min(1).describe('Said when the agent ends the call without a word of its own.'),
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

/** Words for what is written in signs and has to be said. What numbers, dates, units and currencies look like is known of every language (conventions.ts). */
const signs = z.strictObject({
  to: spokenWord.describe('Between the ends of a range: "3 to 5".'),
  at: spokenWord.describe('"@" in an e-mail address.'),
  dot: spokenWord.describe('"." in an address.'),
  dash: spokenWord.describe('"-" in an address.'),
  underscore: spokenWord.describe('"_" in an address.'),
  plus: spokenWord.describe('"+" in an address.'),
  endingIn: spokenWord.describe('Said for the stars of "**** 4242".'),
});

/** How a language is listened to and spoken, as written in YAML under `agents/languages/`. */
export const languagePack = z.strictObject({
  $schema: z.string().optional(),
  language: z
    .string()
    .regex(/^[a-z]{2,3}$/, 'expected a language such as "en"')
    .describe('Primary subtag of BCP 47.'),
  name: z.string().min(1).max(40).describe('In the language itself, such as "español".'),
  alsoCalled: phrases.default([]).describe('What else a header may call it: "spanish", "spa".'),
  backChannels: phrases.describe('Listening noises: they say "go on", not "stop".'),
  yes: phrases,
  no: phrases.describe('Any of these in an answer makes it a no.'),
  neither: phrases
    .default([])
    .describe('Phrases with a word of the two lists in them that mean neither: "are you sure".'),
  openEndings: phrases.describe('Words after which a speaker goes on, whatever mark the recogniser sets: "and", "my".'),
  openUnlessAsked: phrases
    .default([])
    .describe('Words that may end a question and nothing else: "with", as in "who am I speaking with?"'),
  finishedEndings: phrases
    .default([])
    .describe(
      'What is finished though its last word is one of the above: "it is"; and what ends a turn without a mark: "thank you".',
    ),
  digits: z
    .record(phrase, z.int().min(0).max(9))
    .describe('Spoken digits: a turn that ends in them may be a number that is being dictated.'),
  numberWords: phrases.describe('Other words of spoken numbers: "twenty", "hundred", "double".'),
  numberCues: phrases.describe('Words before a number that is said digit by digit: "account", "ending in".'),
  ordinalSuffixes: z
    .array(z.string().min(1).max(8))
    .default([])
    .describe('What makes an ordinal of digits: "rd" of "3rd".'),
  abbreviations: z
    .array(phrase.or(z.string().regex(/^\p{Ll}{1,4}(\.\p{Ll}{1,4})+$/u)))
    .max(200)
    .default([])
    .describe('Words whose full stop ends no sentence, without it: "mr", "a.m".'),
  stopWords: phrases
    .default([])
    .describe(
      'Words of a question that say nothing about what is looked for: "how", "the". Accents make no difference.',
    ),
  signs,
  texts,
});

export type LanguagePack = z.infer<typeof languagePack>;
