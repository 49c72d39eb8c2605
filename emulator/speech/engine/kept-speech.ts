import type { SpeechEngine } from './pool.ts';
import type { Speech } from './speech.ts';

export interface KeptSpeechOptions {
  /** Clauses kept, at most: some 50 kB each. What was asked for longest ago goes first. */
  readonly maxClauses: number;
}

/**
 * Speaks each clause once, however often and by however many clients at a time it is asked for: the service has more machines than this one, and fifty callers
 * who are told the same hear it at once. A clause that fails is spoken anew.
 */
export function keepingSpeech(engine: SpeechEngine, { maxClauses }: KeptSpeechOptions): SpeechEngine {
  const kept = new Map<string, Promise<Speech>>();
  const spoken = (text: string, voice: Parameters<SpeechEngine['speak']>[1]): Promise<Speech> => {
    const key = `${voice} ${text}`;
    // Whoever leaves does not take it away from the others.
    const speech = kept.get(key) ?? engine.speak(text, voice);
    kept.delete(key);
    kept.set(key, speech);
    speech.catch(() => {
      if (kept.get(key) === speech) kept.delete(key);
    });
    for (const oldest of kept.keys()) {
      if (kept.size <= maxClauses) break;
      kept.delete(oldest);
    }
    return speech;
  };
  return {
    speak: (text, voice, signal) => untilAborted(() => spoken(text, voice), signal),
    close: () => engine.close(),
  };
}

function untilAborted<Result>(work: () => Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return work();
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      const reason: unknown = signal.reason;
      reject(reason instanceof Error ? reason : new Error('aborted'));
    };
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}
