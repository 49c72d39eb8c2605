import { FRAME_MS, SAMPLES_PER_FRAME } from '#core/audio/pcm';
import type { SoundKind } from '#core/audio/sound-judge';
import { nextVoice, silentVoice, type VoiceEvent, type VoiceState } from '#core/conversation/voice-activity';
import type { VoiceDetector } from '../../../media-bridge/audio/voice-detector.ts';

export interface Heard {
  readonly kinds: readonly SoundKind[];
  readonly events: readonly { readonly event: VoiceEvent; readonly atMs: number }[];
}

/** What a detector makes of a line, frame by frame, while `agent` is played to the caller. */
export function listen(detector: VoiceDetector, line: Int16Array, agent: Int16Array = new Int16Array(0)): Heard {
  let voice: VoiceState = silentVoice;
  const kinds: SoundKind[] = [];
  const events: { event: VoiceEvent; atMs: number }[] = [];
  for (let at = 0; at + SAMPLES_PER_FRAME <= line.length; at += SAMPLES_PER_FRAME) {
    const played = agent.subarray(at, at + SAMPLES_PER_FRAME);
    detector.played(played.length === SAMPLES_PER_FRAME ? played : undefined);
    const kind = detector.judge(line.subarray(at, at + SAMPLES_PER_FRAME));
    kinds.push(kind);
    const [next, event] = nextVoice(voice, kind === 'voice');
    voice = next;
    if (event !== undefined) events.push({ event, atMs: kinds.length * FRAME_MS });
  }
  return { kinds, events };
}

/** When somebody had spoken for long enough to interrupt, in milliseconds from the beginning. */
export function interruptionsMs({ events }: Heard): readonly number[] {
  return events.filter(({ event }) => event === 'speech-sustained').map(({ atMs }) => atMs);
}
