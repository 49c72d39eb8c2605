import { SAMPLE_RATE_HZ } from '#core/audio/pcm';
import type { FliteVoice } from '../../../emulator/speech/engine/voices.ts';
import type { Reference } from '../../../emulator/speech/recognition/matcher.ts';
import { referenceFeatures } from '../../../emulator/speech/recognition/phrase-book.ts';
import { Recognition } from '../../../emulator/speech/recognition/recognition.ts';
import { atLevel, joined, mixed, silence } from '../../support/line-sounds/levels.ts';
import { lineNoise } from '../../support/line-sounds/line-noise.ts';
import { say } from '../../support/line-sounds/speech.ts';
import { overLossyLine, type Repair } from './lossy-line.ts';

/** A line as bad as telephone lines get while people still talk over them: on a clean one the recogniser understands everything at any of these losses. */
const SPEECH_DBFS = -28;
const NOISE_DBFS = -52;
const LEAD_SECONDS = 0.3;
/** Longer than the silence that ends an utterance. */
const TAIL_SECONDS = 1;
const RECOGNITION = { endSilenceMs: 500, maxSpeechMs: 30_000, initialSilenceMs: 60_000 };

export interface Condition {
  readonly rate: number;
  readonly meanBurst: number;
  readonly repair: Repair;
}

export interface Accuracy {
  readonly spoken: number;
  /** Understood as one utterance, word for word. */
  readonly recognised: number;
  /** Of the nearest phrase, understood or not: moves before accuracy does. 0 to 1. */
  readonly meanConfidence: number;
}

export interface Speaker {
  /** Says each phrase once over that line. Noise and losses depend on the seed alone, never on the repair. */
  speak(condition: Condition, seed: number): Accuracy;
}

/** One voice and its phrases; the recogniser knows this voice. */
export function speaker(voice: FliteVoice, phrases: readonly string[]): Speaker {
  const sounds = phrases.map((text) => ({ text, pcm: say(text, voice) }));
  const references = sounds.map(({ text, pcm }): Reference => ({ text, frames: referenceFeatures(pcm) }));
  return {
    speak: ({ rate, meanBurst, repair }, seed) => {
      const matches = sounds.map(({ text, pcm }, index) => {
        const seedOfPhrase = seed * 1000 + index;
        const line = overLossyLine(overNoise(pcm, seedOfPhrase), { rate, meanBurst, seed: seedOfPhrase }, repair);
        return recognise(line, text, references);
      });
      return {
        spoken: matches.length,
        recognised: matches.filter(({ isRight }) => isRight).length,
        meanConfidence: matches.reduce((sum, { confidence }) => sum + confidence, 0) / matches.length,
      };
    },
  };
}

function overNoise(pcm: Int16Array, seed: number): Int16Array {
  const said = joined(silence(LEAD_SECONDS), atLevel(pcm, SPEECH_DBFS), silence(TAIL_SECONDS));
  return mixed(said, lineNoise({ seconds: said.length / SAMPLE_RATE_HZ, levelDbfs: NOISE_DBFS, seed }));
}

function recognise(
  line: Int16Array,
  text: string,
  references: readonly Reference[],
): { readonly isRight: boolean; readonly confidence: number } {
  const recognition = new Recognition({ ...RECOGNITION, references: () => references });
  const heard = [...recognition.push(line), ...recognition.finish()];
  const utterances = heard.filter((event) => event.type === 'recognised' || event.type === 'no-match');
  const [first] = utterances;
  const isRight = utterances.length === 1 && first?.type === 'recognised' && first.match.text === text;
  const match = first?.type === 'recognised' ? first.match : first?.nearest;
  return { isRight, confidence: match?.text === text ? match.confidence : 0 };
}
