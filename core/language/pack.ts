import * as z from 'zod';

/** Compared with bare words (bare-words.ts): one with a capital or a full stop would never be found. */
const phrase = z
  .string()
  .max(80)
  .regex(/^[^\p{Lu}\s.,;:!?¿¡"]+( [^\p{Lu}\s.,;:!?¿¡"]+)*$/u, 'expected words in small letters, without punctuation');
const phrases = z.array(phrase).max(400);
const spokenWord = z.string().min(1).max(40);

/** Words with places to be filled in. One that nothing fills would be read out as it stands. */
function sentence(...places: readonly string[]) {
  const known = places.map((place) => `{${place}}`).join(', ');
  return z
    .string()
    .min(1)
    .max(300)
    .refine(
      (text) => [...text.matchAll(/\{(\w*)\}/g)].every(([, place = '']) => places.includes(place)),
      known === '' ? 'nothing fills a place in {} here: write it without' : `nothing fills other places than ${known}`,
    );
}

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
  resume: z.string().min(1).describe('Said when the audio was lost and has come back: the caller is to go on.'),
  resumeAnswer: z.string().min(1).describe('Said when the audio was lost and has come back: the agent goes on.'),
  resumeMoved: z
    .string()
    .min(1)
    .describe('Said when the audio breaks off for a moment, as planned, and the agent goes on.'),
  repeat: z.string().min(1).describe('Asks the caller to say it again: the agent had no answer to what it understood.'),
  declined: z.string().min(1).describe('Said when a content filter stopped the answer.'),
  toolFailed: z.string().min(1).describe('Said when a tool failed and says nothing of its own.'),
  knowledgeIntro: z.string().min(1).describe('Said before a passage of the knowledge base is read out.'),
  codeRequest: sentence('code').describe('Asks a caller nobody knows to repeat {code}, or to key it in.'),
  codeAgain: sentence('code').describe('Says {code} again.'),
  codeWrong: sentence('code').describe('Said after a wrong code.'),
  codeThenPerson: sentence('code').describe('Said to a caller who asks for a person before the code was right.'),
  codeFailed: sentence().describe('Said before the call is ended because the code was not repeated.'),
  pinRequest: sentence().describe('Asks for the PIN, by voice or keypad.'),
  lastDigitsRequest: sentence('count').describe(
    'Asks for the last {count} digits of a number; an agent says of which.',
  ),
  proofWrong: sentence().describe('Said after a wrong PIN, or wrong digits: asks again.'),
  proofDone: sentence().describe('Said when the caller has proven who they are.'),
  proofFailed: sentence().describe('Said when the caller could not prove who they are.'),
  comfort: sentence().describe('Said while a transfer is under way and takes long.'),
  longWait: sentence('wait').describe('How long a queue is: {wait} is one of `waits`.'),
  connectOrCallBack: sentence().describe('Asks, after `longWait`, whether to connect the caller or to call them back.'),
  closed: sentence().describe('Said when no queue is open.'),
  opensAgain: sentence('opening').describe('Said after `closed`: {opening} is one of `openings`.'),
  offerCallBack: sentence().describe('Asks, after `closed`, whether to call the caller back.'),
  callBackNumber: sentence('ending').describe(
    "Asks whether to call back the number the caller calls from; {ending} is that number's last digits.",
  ),
  askNumber: sentence().describe('Asks for the number to call back.'),
  checkNumber: sentence('number').describe('Asks whether {number} was understood rightly.'),
  callBackNoted: sentence().describe('Said when a call-back request has been recorded.'),
  callBackFailed: sentence().describe('Said when it could not be recorded; the caller is connected then.'),
  transferFailed: sentence().describe('Said when no queue took the call and the agent goes on.'),
  anythingElse: sentence().describe('Said when the agent goes on after a hand-over came to nothing.'),
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

const wordValues = (min: number, max: number) => z.record(phrase, z.int().min(min).max(max));

/** How numbers are said (spoken-numbers.ts): in which order their words stand, and what each is worth. */
const spokenNumberWords = z.strictObject({
  values: wordValues(10, 900).describe('Words from ten on: "eleven", "twenty", "doscientos".'),
  times: wordValues(100, 1_000).describe('Words that multiply what stands before them: "hundred", "thousand".'),
  repeats: wordValues(2, 4).default({}).describe('Words that say the next digit so often: "double".'),
  joiners: phrases.default([]).describe('Between a hundred and what follows: "one hundred and five".'),
  tensJoiners: phrases
    .default([])
    .describe('Between a ten and its unit: "y" of "cuarenta y siete". Empty where nothing stands there.'),
  unitsFirst: phrases.default([]).describe('Between a unit and the ten after it: "und" of "siebenundvierzig".'),
  boundDigits: wordValues(0, 9)
    .default({})
    .describe('Forms of digits that count inside a larger number only: "ein" of "einundzwanzig".'),
  soundAlikes: wordValues(0, 9)
    .default({})
    .describe('Words that a recogniser may write for a digit of the same sound: "for". Only codes are read this way.'),
  notNumbers: phrases.default([]).describe('Phrases with such a word in them that count nothing: "one moment".'),
  letters: z
    .record(phrase, z.string().regex(/^[a-z]$/, 'expected one letter'))
    .default({})
    .describe('Names of letters that stand in numbers of accounts and identity cards: "zeta".'),
  alike: z
    .array(z.array(z.int().min(0).max(9)).min(2).max(5))
    .default([])
    .describe('Digits that sound alike on a telephone: a code has one of each list.'),
  interjections: phrases.default([]).describe('Digits that mean nothing at the beginning of what is said: "oh, okay".'),
  corrections: phrases.default([]).describe('Words after which somebody says a number again: "sorry", "no".'),
});

/** How long a wait is, and when somebody is there again: said in words of the language, since numbers bend what stands around them. */
const waits = z
  .array(z.strictObject({ minutes: z.int().min(1).max(600), say: spokenWord }))
  .min(1)
  .max(40)
  .refine(
    (list) => list.every(({ minutes }, index) => minutes > (list[index - 1]?.minutes ?? 0)),
    'expected each with more minutes than the one before',
  );

const openings = z.strictObject({
  at: sentence('time').describe('A time of day: "at {time}".'),
  atOne: sentence('time').optional().describe("The same for one o'clock, where that is another word."),
  today: sentence('at').describe('"today {at}"; {at} is one of the two above.'),
  tomorrow: sentence('at'),
  weekday: sentence('weekday', 'at').describe('Within a week: "on {weekday} {at}".'),
  later: sentence('date', 'at').describe('"on {date} {at}".'),
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
  connect: phrases.describe('Answers that choose to be connected, or to wait, rather than to be called back.'),
  callBack: phrases.describe('Answers that choose to be called back: "call me back", "i don\'t want to wait".'),
  person: phrases.describe(
    'Words for a person to speak with: "operator", "human". Understood where only digits are waited for.',
  ),
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
  spokenNumbers: spokenNumberWords,
  numberWords: phrases.describe('Other words between the digits of a number that is read out: "dash", "point".'),
  numberCues: phrases.describe('Words before a number that is said digit by digit: "account", "ending in".'),
  secretCues: phrases.describe(
    'Words before or after a number that nobody else may know: "pin", "password". It is taken out of what leaves the conversation.',
  ),
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
  waits: waits.describe('What is said for a wait of so many minutes or less.'),
  longerWait: spokenWord.describe('What is said for a wait beyond those.'),
  openings,
  texts,
});

export type LanguagePack = z.infer<typeof languagePack>;
