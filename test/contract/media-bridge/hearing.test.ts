import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { azureSpeechToText } from '#adapters/azure-speech/speech-to-text';
import { systemClock } from '#adapters/clock/system-clock';
import { FRAME_MS, SAMPLES_PER_FRAME } from '#core/audio/pcm';
import type { Words } from '#core/ports/speech-to-text';
import { startSpeechServer, type SpeechServer } from '../../../emulator/speech/server.ts';
import { Hearing } from '../../../media-bridge/session/hearing.ts';
import { offer } from '../../support/offered-call.ts';

const KEY = 'a key for the tests';
const ENGLISH = 'I want to dispute a charge';
const SPANISH = 'Quiero hablar con una persona';
const log = pino({ level: 'silent' });

let emulator: SpeechServer;
beforeAll(async () => {
  emulator = await startSpeechServer({ listen: { host: '127.0.0.1', port: 0 }, key: KEY, threads: 2, log });
  await control('PUT', 'phrases/english', { language: 'en-US', phrases: [ENGLISH] });
  await control('PUT', 'phrases/spanish', { language: 'es-ES', phrases: [SPANISH] });
});
afterAll(() => emulator.close());
let open: Hearing | undefined;
afterEach(async () => {
  await open?.close();
  await control('PUT', 'faults', { recognition: null });
});

async function control(method: string, path: string, body: unknown): Promise<Buffer> {
  const response = await fetch(`${emulator.url}/control/${path}`, { method, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

/** A call's ears as they are in production: the real SDK, against the emulated service. */
function hearingUnderTest() {
  const service = { by: 'host', host: new URL(emulator.url.replace('http:', 'ws:')), key: KEY } as const;
  const words: Words[] = [];
  const failures: unknown[] = [];
  let wake = (): void => undefined;
  const opened = Promise.withResolvers<undefined>();
  const speechToText = azureSpeechToText(service, log, { segmentationSilenceMs: 500 });
  const hearing = new Hearing({
    callId: offer.callId,
    speechToText: {
      open: async (options, signal) => {
        const stream = await speechToText.open(options, signal);
        // After the hearing has taken it.
        setImmediate(() => opened.resolve(undefined));
        return stream;
      },
    },
    options: { languages: ['en-US'], phrases: [] },
    clock: systemClock(),
    log,
    onTranscript: (transcript) => {
      words.push(transcript);
      wake();
    },
    onFailed: (error) => {
      failures.push(error);
      wake();
    },
  });
  open = hearing;
  const push = (pcm: Int16Array, sound: 'voice' | 'quiet'): void => {
    for (let at = 0; at + SAMPLES_PER_FRAME <= pcm.length; at += SAMPLES_PER_FRAME) {
      hearing.push(pcm.subarray(at, at + SAMPLES_PER_FRAME));
      if (sound === 'voice') hearing.voiceHeard();
    }
  };
  return {
    hearing,
    /** A first recogniser is open. */
    opened: opened.promise,
    failures,
    say: async (text: string) => {
      const wav = (await control('POST', 'tts', { text })).subarray(44);
      push(new Int16Array(wav.buffer.slice(wav.byteOffset, wav.byteOffset + wav.byteLength)), 'voice');
    },
    beQuiet: (ms: number) => push(new Int16Array((ms / FRAME_MS) * SAMPLES_PER_FRAME), 'quiet'),
    makeNoise: (ms: number) => push(new Int16Array((ms / FRAME_MS) * SAMPLES_PER_FRAME), 'voice'),
    until: async (wanted: (transcript: Words) => boolean): Promise<Words> => {
      for (;;) {
        const found = words.find(wanted);
        if (found !== undefined) return found;
        if (failures.length > 0) throw failures[0];
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    finals: () => words.filter(({ type }) => type === 'final'),
  };
}

const isFinal = ({ type }: Words): boolean => type === 'final';

describe("a call's hearing", () => {
  it('understands a sentence whose socket was cut in the middle of it, once', async () => {
    await control('PUT', 'faults', { recognition: { mode: 'cut', times: 1 } });
    const { beQuiet, say, until, finals, failures } = hearingUnderTest();
    beQuiet(2_000);
    await say(ENGLISH);
    beQuiet(800);
    const final = await until(isFinal);
    expect(final.text).toBe(ENGLISH);
    // Of the call, although the recogniser that heard it was opened later.
    expect(final.startMs).toBeGreaterThanOrEqual(1_900);
    expect(final.startMs).toBeLessThan(2_300);
    await say(ENGLISH);
    beQuiet(800);
    await until(({ type, startMs }) => type === 'final' && startMs > final.endMs);
    expect(finals()).toHaveLength(2);
    expect(failures).toEqual([]);
  });

  it('understands in the new language what made no sense in the one before', async () => {
    const { hearing, opened, beQuiet, say, until, finals } = hearingUnderTest();
    await opened;
    beQuiet(1_000);
    await say(SPANISH);
    beQuiet(800);
    hearing.listenFor(['es-ES'], []);
    expect((await until(isFinal)).text).toBe(SPANISH);
    expect(finals()).toHaveLength(1);
  });

  it('understands what was said to a service that had gone deaf', async () => {
    await control('PUT', 'faults', { recognition: { mode: 'hang', times: 1 } });
    const { opened, beQuiet, say, makeNoise, until, failures } = hearingUnderTest();
    await opened;
    makeNoise(8_000);
    await say(ENGLISH);
    beQuiet(800);
    expect((await until(isFinal)).text).toBe(ENGLISH);
    expect(failures).toEqual([]);
  });
});
