import { pino } from 'pino';
import { azureSpeechToText } from '#adapters/azure-speech/speech-to-text';
import { FRAME_MS, SAMPLES_PER_FRAME } from '#core/audio/pcm';
import type { SpeechToText, TranscriptStream } from '#core/ports/speech-to-text';
import { startSpeechServer } from '../../../emulator/speech/server.ts';
import type { BenchOptions, BenchPart, Figure } from '../report/figure.ts';
import { median, percentile } from '../report/statistics.ts';

const TEXT = 'Yes please';
const SEGMENTATION_SILENCE_MS = 500;
/** Long enough for the sentence and its silence. Odd in frames, so that sentences end anywhere in a message of several frames. */
const PERIOD_FRAMES = 151;
const OPENINGS = 20;
const SENTENCES = 12;
const SENTENCES_QUICK = 3;
const ENGLISH = { languages: ['en-US'], phrases: [] } as const;

/** The recogniser through the real Speech SDK and the speech emulator, both in this process. */
export const earPart: BenchPart = { name: 'ear', run };

interface Measured {
  readonly openMs: readonly number[];
  readonly finalMs: readonly number[];
}

async function run(options: BenchOptions): Promise<readonly Figure[]> {
  const log = pino({ level: 'silent' });
  const server = await startSpeechServer({ listen: { host: '127.0.0.1', port: 0 }, key: 'bench', threads: 1, log });
  try {
    const host = new URL(server.url.replace('http:', 'ws:'));
    const settings = { segmentationSilenceMs: SEGMENTATION_SILENCE_MS };
    const ear = azureSpeechToText({ by: 'host', host, key: 'bench' }, log, settings);
    const sentence = await prepare(server.url);
    const runs: Measured[] = [];
    for (let run = 1; run <= options.runs; run += 1) {
      options.progress(`ear: run ${run} of ${options.runs}`);
      const openMs = await openings(ear, options.signal);
      runs.push({ openMs, finalMs: await finals(ear, sentence, options) });
    }
    return [
      figure('opening a recogniser, p50', runs, ({ openMs }) => median(openMs), 'loopback: no TLS, no distance'),
      figure(
        'final after the frame that settles it, p50',
        runs,
        ({ finalMs }) => median(finalMs),
        'at the speed of speech',
      ),
      figure('final after the frame that settles it, p95', runs, ({ finalMs }) => percentile(finalMs, 95), 'the same'),
    ];
  } finally {
    await server.close();
  }
}

function figure(name: string, runs: readonly Measured[], of: (measured: Measured) => number, note: string): Figure {
  const values = runs.map(of);
  return { name, unit: 'ms', value: median(values), runs: values, note };
}

/** Makes the sentence understood, and gives its sound. */
async function prepare(url: string): Promise<Int16Array> {
  const phrases = JSON.stringify({ language: 'en-US', phrases: [TEXT] });
  await fetch(`${url}/control/phrases/bench`, { method: 'PUT', body: phrases });
  const response = await fetch(`${url}/control/tts`, { method: 'POST', body: JSON.stringify({ text: TEXT }) });
  const wav = await response.arrayBuffer();
  return new Int16Array(wav.slice(44));
}

async function openings(ear: SpeechToText, signal: AbortSignal): Promise<number[]> {
  const times: number[] = [];
  for (let count = 0; count < OPENINGS; count += 1) {
    const startedMs = performance.now();
    const stream = await ear.open(ENGLISH, signal);
    times.push(performance.now() - startedMs);
    await stream.close();
  }
  return times;
}

/** How long after the frame with which the silence was long enough each final came. */
async function finals(ear: SpeechToText, sentence: Int16Array, options: BenchOptions): Promise<number[]> {
  const wanted = options.quick ? SENTENCES_QUICK : SENTENCES;
  const stream = await ear.open(ENGLISH, options.signal);
  const line = speakOver(stream, sentence);
  const stop = (): void => void stream.close();
  options.signal.addEventListener('abort', stop, { once: true });
  const delays: number[] = [];
  try {
    for await (const transcript of stream) {
      if (transcript.type !== 'final') continue;
      const settling = Math.round((transcript.endMs + SEGMENTATION_SILENCE_MS) / FRAME_MS) - 1;
      delays.push(performance.now() - line.pushedAtMs(settling));
      if (delays.length === wanted) break;
    }
  } finally {
    options.signal.removeEventListener('abort', stop);
    line.stop();
    await stream.close();
  }
  options.signal.throwIfAborted();
  return delays;
}

/** A caller who says the sentence again and again, frame by frame. */
function speakOver(stream: TranscriptStream, sentence: Int16Array) {
  const pushed: number[] = [];
  const startedMs = performance.now();
  const timer = setInterval(() => {
    while (pushed.length * FRAME_MS <= performance.now() - startedMs) {
      const at = (pushed.length % PERIOD_FRAMES) * SAMPLES_PER_FRAME;
      const frame = new Int16Array(SAMPLES_PER_FRAME);
      frame.set(sentence.subarray(at, at + SAMPLES_PER_FRAME));
      stream.push(frame);
      pushed.push(performance.now());
    }
  }, FRAME_MS / 4);
  return { pushedAtMs: (frame: number) => pushed[frame] ?? Number.NaN, stop: () => clearInterval(timer) };
}
