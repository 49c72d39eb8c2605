import type { ReplyStage } from './measurement.ts';

/** When the stages of one answer were passed, on any one clock. What did not happen is left out. */
export interface TurnMarks {
  /** The last frame with the caller's voice. */
  readonly lastVoiceMs?: number | undefined;
  /** The words the turn ended with were understood. */
  readonly understoodMs?: number | undefined;
  /** The turn was taken to be over. */
  readonly overMs: number;
  /** The model's first token, or the beginning of a tool call. */
  readonly firstTokenMs?: number | undefined;
  /** The first frame of the answer. */
  readonly firstAudioMs?: number | undefined;
}

export interface TurnStage {
  readonly stage: ReplyStage;
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * What the caller waited for, one thing after the other without a gap: a final that came after the turn was decided, or a token from a reply that was written ahead,
 * took none of the caller's time.
 */
export function turnStages({
  lastVoiceMs,
  understoodMs,
  overMs,
  firstTokenMs,
  firstAudioMs,
}: TurnMarks): readonly TurnStage[] {
  const stages: TurnStage[] = [];
  if (lastVoiceMs !== undefined && lastVoiceMs <= overMs) {
    const understood = understoodMs === undefined ? overMs : Math.min(Math.max(understoodMs, lastVoiceMs), overMs);
    stages.push({ stage: 'hearing', startMs: lastVoiceMs, endMs: understood });
    stages.push({ stage: 'deciding', startMs: understood, endMs: overMs });
  }
  if (firstTokenMs === undefined && firstAudioMs === undefined) return stages;
  const token = Math.max(firstTokenMs ?? overMs, overMs);
  stages.push({ stage: 'model', startMs: overMs, endMs: token });
  if (firstAudioMs !== undefined) stages.push({ stage: 'voice', startMs: token, endMs: Math.max(firstAudioMs, token) });
  return stages;
}

/** How long the caller waited: from their last voice to the first sound of the answer. Undefined when there was not both, or voice after the turn was taken to be over. */
export function waitedMs({ lastVoiceMs, overMs, firstAudioMs }: TurnMarks): number | undefined {
  if (lastVoiceMs === undefined || firstAudioMs === undefined || lastVoiceMs > overMs) return undefined;
  return Math.max(firstAudioMs, overMs) - lastVoiceMs;
}
