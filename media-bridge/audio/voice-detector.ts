import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import createFvad from '@echogarden/fvad-wasm';
import { HALF_RATE_FRAME, HALF_RATE_HZ, halfRate } from '#core/audio/half-rate';
import { SAMPLES_PER_FRAME } from '#core/audio/pcm';
import { soundJudge, type SoundKind } from '#core/audio/sound-judge';

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

/** 0 lets most through, 3 least. It is the first of several judges, so it may let some noise through, and must not be late. */
const AGGRESSIVENESS = 2;

/**
 * WebRTC's detector (libfvad, BSD, as WebAssembly): half a microsecond a frame, no model to load, made for telephone speech. One instance of
 * the module serves all calls; each call has its own state in its memory.
 */
export async function fvadDetectors(): Promise<VoiceDetectors> {
  const fvad = await createFvad({ wasmBinary: readFileSync(wasmPath()) });
  const buffer = fvad._malloc(HALF_RATE_FRAME * 2);
  /** In samples. */
  const start = buffer / 2;
  return () => {
    let handle = fvad._fvad_new();
    if (handle === 0) throw new Error('No memory for another voice detector');
    fvad._fvad_set_mode(handle, AGGRESSIVENESS);
    fvad._fvad_set_sample_rate(handle, HALF_RATE_HZ);
    const inbound = halfRate();
    const outbound = halfRate();
    const sounds = soundJudge((samples) => {
      // The view is taken anew each time: the module's memory moves when it grows. Rounding and clipping is the array's.
      const memory = fvad.HEAP16;
      if (samples === undefined) memory.fill(0, start, start + HALF_RATE_FRAME);
      else
        for (let at = 0; at < HALF_RATE_FRAME; at += 1)
          memory[start + at] = Math.max(-32_768, Math.min(32_767, samples[at] ?? 0));
      return fvad._fvad_process(handle, buffer, HALF_RATE_FRAME) === 1;
    });
    return {
      played(frame) {
        if (handle !== 0) sounds.played(frame?.length === SAMPLES_PER_FRAME ? outbound(frame) : undefined);
      },
      judge(frame) {
        if (handle === 0 || frame.length !== SAMPLES_PER_FRAME) return 'silence';
        return sounds.judge(inbound(frame));
      },
      close() {
        if (handle !== 0) fvad._fvad_free(handle);
        handle = 0;
      },
    };
  };
}

/** Beside the bundle where there is one, else in the package. */
function wasmPath(): string {
  const beside = fileURLToPath(new URL('./fvad.wasm', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(import.meta.resolve('@echogarden/fvad-wasm/fvad.wasm'));
}
