import { levelDbfs } from '#core/audio/level';
import { SAMPLES_PER_FRAME } from '#core/audio/pcm';
import { throughTelephone } from '../../support/line-sounds/telephone-line.ts';
import { atLevel } from '../../support/line-sounds/levels.ts';
import { say, talk } from '../../support/line-sounds/speech.ts';
import type { ReplyPlan } from '../services/ledger.ts';
import { tagOf } from '../services/marks.ts';
import { MS_PER_CHARACTER } from '../services/voice.ts';
import { audioMessages } from './frames.ts';

const SPEECH_DBFS = -20;
/** A frame quieter than this at an utterance's edge is not yet, or no longer, voice. */
const VOICED_FROM_DBFS = -38;
const VOICE_SECONDS = 40;
const VOICE_SEED = 11;

/** Real speech (of the speech emulator's engine), over a telephone line: its first and last frames are voiced. */
const SENTENCES: readonly string[] = [
  'Wait, please.',
  'No, the other one.',
  'When is that?',
  'And the money?',
  'Are you sure?',
  'Charged twice?',
];

/** Ready to send; no other than these are needed, so they are made once. */
export function callerWords(): readonly (readonly Buffer[])[] {
  const voices = ['rms', 'slt', 'kal16'] as const;
  return SENTENCES.map((text, index) =>
    audioMessages(
      voicedPart(throughTelephone(atLevel(say(text, voices[index % voices.length] ?? 'rms'), SPEECH_DBFS))),
    ),
  );
}

/** The agent's voice. No caller has the same one: who speaks with the agent's own voice sounds like its echo. */
export function agentVoice(): Int16Array {
  const pcm = talk({ seconds: VOICE_SECONDS, levelDbfs: SPEECH_DBFS, seed: VOICE_SEED, voice: 'awb' });
  return pcm.subarray(0, pcm.length - (pcm.length % SAMPLES_PER_FRAME));
}

function voicedPart(pcm: Int16Array): Int16Array {
  const frames = Math.floor(pcm.length / SAMPLES_PER_FRAME);
  const frame = (at: number): Int16Array => pcm.subarray(at * SAMPLES_PER_FRAME, (at + 1) * SAMPLES_PER_FRAME);
  const voiced = Array.from({ length: frames }, (_, at) => levelDbfs(frame(at)) >= VOICED_FROM_DBFS);
  return pcm.slice(voiced.indexOf(true) * SAMPLES_PER_FRAME, (voiced.lastIndexOf(true) + 1) * SAMPLES_PER_FRAME);
}

/** What the recogniser makes of the caller's words: it names the turn, so that the model's answer finds its way back. */
export function callerText(call: number, turn: number): string {
  return `I would like to know about ${tagOf(call, turn)}.`;
}

/** Tokens come a word at a time, this often. */
const TOKEN_EVERY_MS = 5;

/** How long one sentence of a reply is: some 1.1, 2 and 5 seconds. */
export type Wording = 'brief' | 'usual' | 'long';

function sentence(wording: Wording, tag: string): string {
  switch (wording) {
    case 'brief':
      return `It is ${tag}. `;
    case 'usual':
      return `Order ${tag} is on its way. `;
    case 'long':
      return `Order ${tag} is on its way and should reach you before the end of the coming week. `;
  }
}

/** A reply of so many sentences, streamed a word at a time behind the first. */
export function shortReply(call: number, turn: number, sentences: number, wording: Wording): ReplyPlan {
  const text = sentence(wording, tagOf(call, turn));
  const rest = Array.from({ length: sentences - 1 }, () => text.match(/\S+\s/g) ?? []);
  return { pieces: [text, ...rest.flat()], pieceEveryMs: TOKEN_EVERY_MS };
}

/** A reply that goes on for so long, streamed a sentence at a time: what is measured with it is not the model. */
export function longReply(call: number, turn: number, seconds: number): ReplyPlan {
  const text = sentence('long', tagOf(call, turn));
  const sentences = Math.ceil((seconds * 1_000) / (text.length * MS_PER_CHARACTER));
  return { pieces: Array.from({ length: sentences }, () => text), pieceEveryMs: 20 };
}
