import { mkdirSync, openSync, closeSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { WASI } from 'node:wasi';
import { parseWaveHeader, samplesFrom } from '../wave.ts';
import { SPEECH_RATE_HZ, type Phone, type Speech } from './speech.ts';
import type { FliteVoice } from './voices.ts';
import { instantiate, type CompiledModule } from './web-assembly.ts';

const SILENCE_FOR_UNSPEAKABLE_MS = 200;
const GUEST_DIRECTORY = '/speech';

/**
 * Runs flite once: a fresh instance an utterance, since its `main` expects fresh memory. Blocking, so it belongs in a worker thread.
 * `directory` is this thread's own: flite can only write files.
 */
export function speak(module: CompiledModule, directory: string, text: string, voice: FliteVoice): Speech {
  const spoken = foldToAscii(text);
  if (!/[A-Za-z0-9]/.test(spoken)) return silence(SILENCE_FOR_UNSPEAKABLE_MS);
  mkdirSync(directory, { recursive: true });
  const wavePath = join(directory, 'speech.wav');
  const phonesPath = join(directory, 'phones.txt');
  rmSync(wavePath, { force: true });
  const stdout = openSync(phonesPath, 'w');
  try {
    const wasi = new WASI({
      version: 'preview1',
      args: ['flite', '-voice', voice, '-psdur', '-t', spoken, '-o', `${GUEST_DIRECTORY}/speech.wav`],
      preopens: { [GUEST_DIRECTORY]: directory },
      stdout,
      stderr: stdout,
      returnOnExit: true,
    });
    const status = wasi.start(instantiate(module, wasi.getImportObject()));
    if (status !== 0) throw new Error(`flite ended with status ${status}`);
  } finally {
    closeSync(stdout);
  }
  return { samples: readSamples(wavePath), phones: parsePhones(readFileSync(phonesPath, 'latin1')) };
}

function readSamples(path: string): Int16Array<ArrayBuffer> {
  const file = readFileSync(path);
  const header = parseWaveHeader(file);
  if (header?.sampleRateHz !== SPEECH_RATE_HZ || header.channels !== 1 || header.bitsPerSample !== 16) {
    throw new Error('flite wrote something else than 16 kHz, 16 bit, mono');
  }
  return samplesFrom(file.subarray(header.dataAt, header.dataAt + header.dataBytes));
}

/** `pau:0.164 hh:0.255 ax:0.304`: name and end in seconds. */
export function parsePhones(text: string): readonly Phone[] {
  return [...text.matchAll(/([a-z]+):(\d+\.\d+)/g)].map((match) => ({
    isPause: match[1] === 'pau',
    endMs: Math.round(Number(match[2]) * 1000),
  }));
}

/** The voices are American English and read 7 bit text; "café" is better as "cafe" than as two letters of noise. */
function foldToAscii(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u2010-\u2015]/g, '-')
    .replace(/\p{Mark}/gu, '')
    .replace(/[^\x20-\x7e]/g, ' ');
}

function silence(durationMs: number): Speech {
  return {
    samples: new Int16Array((durationMs * SPEECH_RATE_HZ) / 1000),
    phones: [{ isPause: true, endMs: durationMs }],
  };
}
