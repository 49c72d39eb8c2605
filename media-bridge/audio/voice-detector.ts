import { halfRate } from '#core/audio/half-rate';
import { SAMPLES_PER_FRAME } from '#core/audio/pcm';
import { soundJudge, type SoundKind } from '#core/audio/sound-judge';
import { loadFvad } from './fvad.ts';

/** Tells the caller's voice from everything else on the line. One detector a call: it learns the line's noise, its echo and its music. */
export interface VoiceDetector {
  /** What the caller hears of us in this 20 ms: the frame being played out now, or undefined for silence. Called once a beat; reference for the echo. */
  played(frame: Int16Array | undefined): void;
  /** What this inbound 20 ms frame is: the caller's voice, or the line's noise, our own voice coming back, music, keypad tones, far babble. */
  judge(frame: Int16Array): SoundKind;
  /** Gives its memory back. Once; a closed detector hears nothing. */
  close(): void;
}

export type VoiceDetectors = () => VoiceDetector;

/** After so many frames of digital silence, and after fewer, nothing moves in libfvad any more: it need not hear the next ones. */
export const SETTLED_FRAMES = 25;

export async function fvadDetectors(): Promise<VoiceDetectors> {
  const openLine = await loadFvad();
  return () => {
    const line = openLine();
    const inbound = halfRate();
    const outbound = halfRate();
    let isOpen = true;
    let silentFrames = 0;
    const sounds = soundJudge((samples) => {
      silentFrames = samples === undefined ? silentFrames + 1 : 0;
      return silentFrames <= SETTLED_FRAMES && line.soundsLikeVoice(samples);
    });
    return {
      played(frame) {
        if (isOpen) sounds.played(frame?.length === SAMPLES_PER_FRAME ? outbound(frame) : undefined);
      },
      judge(frame) {
        if (!isOpen || frame.length !== SAMPLES_PER_FRAME) return 'silence';
        return sounds.judge(inbound(frame));
      },
      close() {
        if (isOpen) line.close();
        isOpen = false;
      },
    };
  };
}
