import type { TurnInput } from '#core/conversation/input';
import { areOwnWords } from '#core/conversation/own-words';
import { wordCount } from '#core/conversation/words';
import type { Words } from '#core/ports/speech-to-text';
import type { CallerVoice } from './caller-voice.ts';

/** From the end of a word to the transcript that has it. */
const RECOGNITION_DELAY_MS = 2_500;
/** So many words are of one language. */
const TELLING_WORDS = 2;
/** Words with less voice than this were not said by anybody. */
const VOICE_MIN_MS = 60;
/** So much voice after the last word is more to come; less is how a word fades. */
const SPEAKS_ON_MS = 80;

type Heard = Extract<TurnInput, { type: 'partial' | 'final' }>;

/** What the recogniser gave, as the conversation takes it. `lastWords`: what the agent has said lately, which the line may give back. */
export function heardWords(words: Words, voice: CallerVoice, lastWords: string): Heard {
  const { text, startMs, endMs } = words;
  const voicedMs = voice.voicedMsOfLast(endMs - startMs + RECOGNITION_DELAY_MS);
  const mayEcho = voice.playedWithin(endMs - startMs + RECOGNITION_DELAY_MS) && voicedMs < VOICE_MIN_MS;
  const from = mayEcho && areOwnWords(text, lastWords) ? 'line' : 'caller';
  return words.type === 'partial'
    ? { type: 'partial', text, from }
    : { type: 'final', text, from, confidence: words.confidence, quietForMs: quietAfter(endMs, voice) };
}

/**
 * For ever, unless voice has followed the words. Who has just said the last of them is not taken to speak on, however late the frames after it are read:
 * the pause would begin when their quiet is certain, and the caller wait twice.
 */
function quietAfter(endMs: number, voice: CallerVoice): number {
  return voice.voicedMsOfLast(voice.heardMs - endMs) < SPEAKS_ON_MS ? Infinity : voice.quietForMs;
}

/** Somebody spoke, and the recogniser has no words for it. */
export function nothingHeard({ quietForMs }: CallerVoice): Heard {
  return { type: 'final', text: '', from: 'caller', confidence: 0, quietForMs };
}

/** The language in which the caller has shown to speak, where several were listened for. One word may be of any. */
export function languageShown({ language }: Words, { type, from, text }: Heard): string | undefined {
  return type === 'final' && from === 'caller' && wordCount(text) >= TELLING_WORDS ? language : undefined;
}
