import { SPEECH_RATE_HZ, type Speech } from '../engine/speech.ts';
import type { SpeechEngine } from '../engine/pool.ts';
import { voiceNamed } from '../engine/voices.ts';
import { TICKS_PER_MS } from '../protocol/ticks.ts';
import { bytesFrom, waveHeader } from '../wave.ts';
import type { Clause } from './clause.ts';
import type { SynthesisOptions } from './synthesis-options.ts';
import { timeWords, type Boundary } from './word-timing.ts';

export type UtterancePart =
  | { readonly kind: 'audio'; readonly bytes: Buffer }
  /** Entries of `Metadata` in an `audio.metadata` message. */
  | { readonly kind: 'metadata'; readonly events: readonly object[] };

/** The text makes more than ten minutes of audio, which bounds what one request can cost. */
export class TooLong extends Error {
  override readonly name = 'TooLong';
}

const MAX_AUDIO_MS = 10 * 60_000;
const CHUNK_MS = 100;
const CHUNK_BYTES = (SPEECH_RATE_HZ * 2 * CHUNK_MS) / 1000;
/** A stream's length is not known when its header goes out. */
const UNKNOWN_LENGTH_BYTES = 0x7fff_ffff - 44;

/** Speaks clause by clause, the next one already at work while this one is sent. Throws the signal's reason, `TooLong`, and the engine's errors. */
export async function* speakUtterance(
  engine: SpeechEngine,
  clauses: readonly Clause[],
  options: SynthesisOptions,
  signal: AbortSignal,
): AsyncGenerator<UtterancePart> {
  if (options.container === 'riff') yield { kind: 'audio', bytes: unboundedHeader() };
  let spokenMs = 0;
  let ahead = startClause(engine, clauses[0], signal);
  for (const [index, clause] of clauses.entries()) {
    const outcome = await ahead;
    ahead = startClause(engine, clauses[index + 1], signal);
    if ('error' in outcome) throw outcome.error;
    const { samples, phones } = outcome.speech;
    const boundaries = clause.kind === 'words' ? timeWords(clause.words, phones) : [];
    const events = boundaries
      .filter((boundary) => isWanted(boundary, options))
      .map((boundary) => toEvent(boundary, spokenMs));
    if (events.length > 0) yield { kind: 'metadata', events };
    const bytes = bytesFrom(samples);
    for (let at = 0; at < bytes.byteLength; at += CHUNK_BYTES) {
      signal.throwIfAborted();
      yield { kind: 'audio', bytes: bytes.subarray(at, at + CHUNK_BYTES) };
    }
    spokenMs += (samples.length * 1000) / SPEECH_RATE_HZ;
    if (spokenMs > MAX_AUDIO_MS) throw new TooLong('The audio would be longer than ten minutes');
  }
  if (options.sessionEnd)
    yield { kind: 'metadata', events: [{ Type: 'SessionEnd', Data: { Offset: toTicks(spokenMs) } }] };
}

type Outcome = { readonly speech: Speech } | { readonly error: unknown };

/** Settles with the error instead of rejecting: nobody may be waiting for it any more. */
function startClause(engine: SpeechEngine, clause: Clause | undefined, signal: AbortSignal): Promise<Outcome> {
  if (clause === undefined) return Promise.resolve({ speech: pause(0) });
  if (clause.kind === 'pause') return Promise.resolve({ speech: pause(clause.durationMs) });
  const text = clause.words.map(({ spoken }) => spoken).join(' ');
  return engine.speak(text, voiceNamed(clause.voice), signal).then(
    (speech) => ({ speech }),
    (error: unknown) => ({ error }),
  );
}

function pause(durationMs: number): Speech {
  return { samples: new Int16Array(Math.round((durationMs * SPEECH_RATE_HZ) / 1000)), phones: [] };
}

function isWanted({ type }: Boundary, options: SynthesisOptions): boolean {
  return type === 'WordBoundary' ? options.wordBoundaries : options.punctuationBoundaries;
}

function toEvent({ type, text, startMs, durationMs }: Boundary, baseMs: number): object {
  return {
    // The service calls both kinds WordBoundary here and tells them apart by BoundaryType.
    Type: 'WordBoundary',
    Data: {
      Offset: toTicks(baseMs + startMs),
      Duration: toTicks(durationMs),
      text: { Text: text, Length: text.length, BoundaryType: type },
    },
  };
}

function toTicks(ms: number): number {
  return Math.round(ms * TICKS_PER_MS);
}

function unboundedHeader(): Buffer {
  return waveHeader({ sampleRateHz: SPEECH_RATE_HZ, channels: 1, bitsPerSample: 16 }, UNKNOWN_LENGTH_BYTES);
}
