import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { Phone } from './speech.ts';
import type { FliteVoice } from './voices.ts';
import { compile } from './web-assembly.ts';

export interface WorkerSettings {
  readonly modulePath: string;
  /** This worker's own; the pool removes it. */
  readonly directory: string;
}

export interface SpeakRequest {
  readonly id: number;
  readonly text: string;
  readonly voice: FliteVoice;
}

export type SpeakReply =
  | {
      readonly kind: 'spoken';
      readonly id: number;
      readonly samples: Int16Array<ArrayBuffer>;
      readonly phones: readonly Phone[];
    }
  | { readonly kind: 'failed'; readonly id: number; readonly reason: string };

// `node:wasi` says in each thread that it is experimental, as soon as it is loaded; the contract tests run it.
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if (warning.name !== 'ExperimentalWarning') process.stderr.write(`${warning.stack ?? warning.message}\n`);
});

const { speak } = await import('./flite.ts');
const settings = workerData as WorkerSettings;
const module = compile(readFileSync(settings.modulePath));

parentPort?.on('message', (request: SpeakRequest) => {
  try {
    const { samples, phones } = speak(module, settings.directory, request.text, request.voice);
    const reply: SpeakReply = { kind: 'spoken', id: request.id, samples, phones };
    parentPort?.postMessage(reply, [samples.buffer]);
  } catch (error) {
    const reply: SpeakReply = {
      kind: 'failed',
      id: request.id,
      reason: error instanceof Error ? error.message : String(error),
    };
    parentPort?.postMessage(reply);
  }
});
