import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { parseJson, readBody, sendJson } from '../../http/body.ts';
import { SPEECH_RATE_HZ } from '../engine/speech.ts';
import { EngineBusy, EngineClosed, type SpeechEngine } from '../engine/pool.ts';
import { CALLER_VOICE, FLITE_VOICES, voiceNamed } from '../engine/voices.ts';
import type { PhraseBook } from '../recognition/phrase-book.ts';
import { bytesFrom, parseWaveHeader, samplesFrom, waveHeader } from '../wave.ts';
import type { Fault, Faults } from './faults.ts';

interface Dependencies {
  readonly engine: SpeechEngine;
  readonly phrases: PhraseBook;
  readonly faults: Faults;
}

const MAX_BODY_BYTES = 8 * 1024 * 1024;
const MAX_TTS_CHARACTERS = 2000;
const MAX_SETS = 500;
const ID = /^[\w.:-]{1,100}$/;

const phrase = z.string().trim().min(1).max(300);
/** A 16 kHz, 16 bit, mono WAV file in base64. */
const waveFile = z.base64().transform((text, context) => {
  const file = Buffer.from(text, 'base64');
  const header = parseWaveHeader(file);
  if (header?.sampleRateHz === SPEECH_RATE_HZ && header.channels === 1 && header.bitsPerSample === 16) {
    return samplesFrom(file.subarray(header.dataAt, header.dataAt + header.dataBytes));
  }
  context.addIssue({ code: 'custom', message: 'expected a 16 kHz, 16 bit, mono WAV file' });
  return z.NEVER;
});
const recording = z.object({ text: phrase, wav: waveFile }).transform(({ text, wav }) => ({ text, samples: wav }));
const phraseSet = z.strictObject({
  language: z.string().min(2).max(35),
  phrases: z.array(phrase).max(500),
  voices: z.array(z.enum(FLITE_VOICES)).min(1).max(FLITE_VOICES.length).default([CALLER_VOICE]),
  recordings: z.array(recording).max(50).default([]),
});
const ttsRequest = z.object({
  text: z.string().trim().min(1).max(MAX_TTS_CHARACTERS),
  voice: z.string().max(100).optional(),
});
const faultOf = <Mode extends Fault['mode']>(...modes: readonly Mode[]) =>
  z
    .strictObject({
      mode: z.enum(modes),
      delayMs: z.number().int().min(0).max(60_000).default(0),
      times: z.number().int().min(1).default(Number.MAX_SAFE_INTEGER),
    })
    .nullable()
    .optional();
const faultPlan = z.strictObject({
  recognition: faultOf('refuse', 'hang', 'slow', 'close', 'cut', 'error'),
  synthesis: faultOf('refuse', 'hang', 'slow', 'close', 'cut', 'error', 'garbage'),
});

/** The control API: on the same port, for the scenario runner and tests; the real service has none of it. */
export async function handleControl(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  deps: Dependencies,
): Promise<void> {
  const [area, id, ...rest] = path.replace(/^\/control\//, '').split('/');
  const route = `${request.method ?? ''} ${area ?? ''}${id === undefined ? '' : '/:id'}`;
  if (rest.length > 0 || (id !== undefined && !ID.test(id))) {
    sendJson(response, 404, { error: 'no such control route' });
    return;
  }
  switch (route) {
    case 'GET health': {
      sendJson(response, 200, { status: 'ok', phraseSets: deps.phrases.setCount });
      return;
    }
    case 'PUT phrases/:id':
      return putPhrases(request, response, id ?? '', deps);
    case 'DELETE phrases/:id': {
      sendJson(response, 200, { deleted: deps.phrases.delete(id ?? '') });
      return;
    }
    case 'POST tts':
      return speakText(request, response, deps);
    case 'PUT faults':
      return putFaults(request, response, deps);
    default: {
      sendJson(response, 404, { error: 'no such control route' });
      return;
    }
  }
}

async function putPhrases(
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
  deps: Dependencies,
): Promise<void> {
  const set = await readValid(request, response, phraseSet);
  if (set === undefined) return;
  if (deps.phrases.setCount >= MAX_SETS) {
    sendJson(response, 429, { error: 'too many phrase sets' });
    return;
  }
  try {
    await deps.phrases.put(id, set);
    sendJson(response, 200, { id, phrases: set.phrases.length });
  } catch (error) {
    sendEngineError(response, error);
  }
}

async function speakText(request: IncomingMessage, response: ServerResponse, deps: Dependencies): Promise<void> {
  const wanted = await readValid(request, response, ttsRequest);
  if (wanted === undefined) return;
  try {
    const { samples } = await deps.engine.speak(wanted.text, voiceNamed(wanted.voice ?? CALLER_VOICE));
    const audio = bytesFrom(samples);
    const header = waveHeader({ sampleRateHz: SPEECH_RATE_HZ, channels: 1, bitsPerSample: 16 }, audio.byteLength);
    response.writeHead(200, { 'content-type': 'audio/wav', 'content-length': header.byteLength + audio.byteLength });
    response.end(Buffer.concat([header, audio]));
  } catch (error) {
    sendEngineError(response, error);
  }
}

async function putFaults(request: IncomingMessage, response: ServerResponse, deps: Dependencies): Promise<void> {
  const plan = await readValid(request, response, faultPlan);
  if (plan === undefined) return;
  for (const surface of ['recognition', 'synthesis'] as const) {
    const wanted = plan[surface];
    if (wanted !== undefined) deps.faults.set(surface, wanted ?? undefined);
  }
  sendJson(response, 200, plan);
}

/** `undefined` when the answer has been given. */
async function readValid<Shape extends z.ZodType>(
  request: IncomingMessage,
  response: ServerResponse,
  shape: Shape,
): Promise<z.infer<Shape> | undefined> {
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body.kind === 'aborted') return undefined;
  if (body.kind === 'too-large') {
    sendJson(response, 413, { error: 'the body is too large' });
    return undefined;
  }
  const parsed = shape.safeParse(parseJson(body.text));
  if (parsed.success) return parsed.data;
  sendJson(response, 400, { error: z.prettifyError(parsed.error) });
  return undefined;
}

function sendEngineError(response: ServerResponse, error: unknown): void {
  if (error instanceof EngineBusy) {
    sendJson(response, 429, { error: error.message });
    return;
  }
  if (error instanceof EngineClosed) {
    sendJson(response, 503, { error: error.message });
    return;
  }
  sendJson(response, 500, { error: error instanceof Error ? error.message : 'the speech engine failed' });
}
