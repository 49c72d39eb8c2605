import type { TurnTimes } from '../services/ledger.ts';
import { FIRST_TOKEN_AFTER_MS } from '../services/model.ts';
import { FINAL_AFTER_MS } from '../services/recogniser.ts';
import { FIRST_AUDIO_AFTER_MS } from '../services/voice.ts';
import { END_OF_TURN_MS } from './bridge-process.ts';

/** What the bridge, and the SDKs in it, add to a turn, leg by leg, in milliseconds. */
export interface AddedLatency {
  /** The last voiced frame came later to the recogniser than the recogniser takes for its final. */
  readonly hearMs: number;
  /** From the final, and the pause after it, to the model's request. */
  readonly decideMs: number;
  /** From the first token, which holds a clause, to the SSML. */
  readonly speakMs: number;
  /** From the first audio of the voice to the first frame on the media socket. */
  readonly playMs: number;
  readonly totalMs: number;
}

/** Between what services were told and what they said, as it happened: a late timer of the services is not the bridge's. Undefined for a turn that was not answered. */
export function addedLatency(turn: TurnTimes): AddedLatency | undefined {
  const { lastVoicedMs, arrivedMs, finalMs, requestMs, firstTokenMs, ssmlMs, synthesisMs, firstAudioMs } = turn;
  if (lastVoicedMs === undefined || arrivedMs === undefined || finalMs === undefined || requestMs === undefined)
    return undefined;
  if (firstTokenMs === undefined || ssmlMs === undefined || synthesisMs === undefined || firstAudioMs === undefined)
    return undefined;
  const hearMs = Math.max(0, arrivedMs - lastVoicedMs - FINAL_AFTER_MS);
  const decideMs = requestMs - finalMs - END_OF_TURN_MS;
  const speakMs = ssmlMs - firstTokenMs;
  const playMs = firstAudioMs - synthesisMs;
  return { hearMs, decideMs, speakMs, playMs, totalMs: hearMs + decideMs + speakMs + playMs };
}

/** The same as one difference, fixed delays as they should be: with thinking ahead the legs overlap, and it may be below zero. */
export function addedToWhole({ lastVoicedMs, firstAudioMs }: TurnTimes): number | undefined {
  if (lastVoicedMs === undefined || firstAudioMs === undefined) return undefined;
  return firstAudioMs - lastVoicedMs - FINAL_AFTER_MS - END_OF_TURN_MS - FIRST_TOKEN_AFTER_MS - FIRST_AUDIO_AFTER_MS;
}
