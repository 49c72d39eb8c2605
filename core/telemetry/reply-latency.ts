import { turnStages, waitedMs, type TurnMarks } from './turn-stages.ts';

/** Whole milliseconds of one reply, as its log line has them: the figures' stages, the caller's two as one. A stage that did not happen is left out. */
export interface ReplyLatency {
  /** From the caller's last voiced frame until the turn was taken to be over. */
  readonly endOfTurnMs?: number;
  /** From then to the model's first token; none of the caller's time when it was written ahead. */
  readonly firstTokenMs?: number;
  /** From then to the first frame on the socket. */
  readonly firstAudioMs?: number;
  /** From the caller's last voiced frame to the first frame on the socket. */
  readonly totalMs?: number;
}

export function replyLatency(marks: TurnMarks): ReplyLatency {
  const stages = turnStages(marks);
  const tookMs = (...names: readonly string[]): number | undefined => {
    const those = stages.filter(({ stage }) => names.includes(stage));
    return those.length === 0 ? undefined : those.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
  };
  const latency = {
    endOfTurnMs: tookMs('hearing', 'deciding'),
    firstTokenMs: marks.firstTokenMs === undefined ? undefined : tookMs('model'),
    firstAudioMs: tookMs('voice'),
    totalMs: waitedMs(marks),
  };
  return Object.fromEntries(
    Object.entries(latency).flatMap(([name, ms]) => (ms === undefined ? [] : [[name, Math.round(ms)]])),
  );
}
