import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import createFvad from '@echogarden/fvad-wasm';
import { SAMPLE_RATE_HZ, SAMPLES_PER_FRAME } from '#core/audio/pcm';
import { levelDbfs } from '#core/audio/level';

/** Judges one 20 ms frame. One detector a call: it learns the line's noise. */
export interface VoiceDetector {
  isVoice(frame: Int16Array): boolean;
  /** Gives its memory back. Once; a closed detector hears nothing. */
  close(): void;
}

export type VoiceDetectors = () => VoiceDetector;

/** 0 lets most through, 3 least. On telephone audio 2 takes line noise for silence and quiet voices for voices. */
const AGGRESSIVENESS = 2;
/** Quieter than any caller who wants to be heard; comfort noise and crosstalk lie below. */
const GATE_DBFS = -50;

/**
 * WebRTC's detector (libfvad, BSD, as WebAssembly): half a microsecond a frame, no model to load, made for telephone speech. One instance of
 * the module serves all calls; each call has its own state in its memory.
 */
export async function fvadDetectors(): Promise<VoiceDetectors> {
  const fvad = await createFvad({ wasmBinary: readFileSync(wasmPath()) });
  const frameBytes = SAMPLES_PER_FRAME * 2;
  const buffer = fvad._malloc(frameBytes);
  return () => {
    let handle = fvad._fvad_new();
    if (handle === 0) throw new Error('No memory for another voice detector');
    fvad._fvad_set_mode(handle, AGGRESSIVENESS);
    fvad._fvad_set_sample_rate(handle, SAMPLE_RATE_HZ);
    return {
      isVoice(frame) {
        if (handle === 0 || frame.length !== SAMPLES_PER_FRAME || levelDbfs(frame) < GATE_DBFS) return false;
        // The view is made anew each time: the module's memory moves when it grows.
        fvad.HEAP16.set(frame, buffer / 2);
        return fvad._fvad_process(handle, buffer, SAMPLES_PER_FRAME) === 1;
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
