import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import createFvad from '@echogarden/fvad-wasm';
import { HALF_RATE_FRAME, HALF_RATE_HZ } from '#core/audio/half-rate';

/** What one call's detector remembers of its line. */
export interface FvadLine {
  /** Whether 20 ms at 8 kHz sound like a voice; undefined for silence. */
  soundsLikeVoice(samples: Float64Array | undefined): boolean;
  /** Gives its memory back: the last that is asked of it. */
  close(): void;
}

/** 0 lets most through, 3 least. It is the first of several judges, so it may let some noise through, and must not be late. */
const AGGRESSIVENESS = 2;

/**
 * WebRTC's detector (libfvad, BSD, as WebAssembly): a microsecond a frame, no model to load, made for telephone speech. One instance of the module
 * serves all calls; each call has its own state in its memory.
 */
export async function loadFvad(): Promise<() => FvadLine> {
  const fvad = await createFvad({ wasmBinary: readFileSync(wasmPath()) });
  const buffer = fvad._malloc(HALF_RATE_FRAME * 2);
  /** In samples. */
  const start = buffer / 2;
  return () => {
    const handle = fvad._fvad_new();
    if (handle === 0) throw new Error('No memory for another voice detector');
    fvad._fvad_set_mode(handle, AGGRESSIVENESS);
    fvad._fvad_set_sample_rate(handle, HALF_RATE_HZ);
    return {
      soundsLikeVoice(samples) {
        // The view is taken anew each time: the module's memory moves when it grows. Rounding is the array's.
        const memory = fvad.HEAP16;
        if (samples === undefined) memory.fill(0, start, start + HALF_RATE_FRAME);
        else
          for (let at = 0; at < HALF_RATE_FRAME; at += 1)
            memory[start + at] = Math.max(-32_768, Math.min(32_767, samples[at] ?? 0));
        return fvad._fvad_process(handle, buffer, HALF_RATE_FRAME) === 1;
      },
      close() {
        fvad._fvad_free(handle);
      },
    };
  };
}

/** Beside the bundle where there is one, else in the package. */
function wasmPath(): string {
  const beside = fileURLToPath(new URL('./fvad.wasm', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(import.meta.resolve('@echogarden/fvad-wasm/fvad.wasm'));
}
