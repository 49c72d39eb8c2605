import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { toTelephoneRate } from '../enterprise/audio/resample.ts';
import { readWav } from '../enterprise/audio/wav.ts';
import type { DeskStatus } from '../enterprise/queue-desk.ts';
import type { QueueBehaviour } from '../enterprise/queue-phones.ts';
import type { RunningCaller } from './copies.ts';
import type { Scenario, Step } from './schema.ts';
import type { Surroundings } from './surroundings.ts';

/** The speech emulator's own default for callers. */
const CALLER_VOICE = 'rms';
/** A person does not sound like the caller. */
const PERSON_VOICE = 'awb';
const REQUEST_TIMEOUT_MS = 20_000;

/** Everything a scenario says, as audio at the telephone's rate. */
export interface Voices {
  speech(text: string, voice: string | undefined): Int16Array;
  file(name: string): Int16Array;
  /** What nobody knew beforehand: said by this voice, and understood from now on. */
  learn(text: string, voice: string | undefined, language: string): Promise<Int16Array>;
}

export interface Preparation {
  readonly voices: Voices;
  readonly queues: ReadonlyMap<string, QueueBehaviour>;
  /** Takes phrases and script back out of the emulators. */
  undo(): Promise<void>;
}

/** Synthesises what will be said, tells the recogniser the phrases and the model its script, and seats the people. */
export async function prepare(
  scenario: Scenario,
  callers: readonly RunningCaller[],
  { enterprise, speechUrl, openaiUrl, edgeControlUrl }: Surroundings,
  folder: string,
): Promise<Preparation> {
  const speeches = new Map<string, Int16Array>();
  const files = new Map<string, Int16Array>();
  const spokenIn = new Map<string, { readonly phrases: Set<string>; readonly voices: Set<string> }>();
  const speak = async (text: string, voice: string): Promise<Int16Array> => {
    const key = speechKey(text, voice);
    const audio = speeches.get(key) ?? (await synthesise(speechUrl, text, voice));
    speeches.set(key, audio);
    return audio;
  };
  for (const caller of callers) {
    const voice = caller.voice ?? CALLER_VOICE;
    for (const step of caller.steps) {
      const { say: text, language = caller.language } = spoken(step);
      if (text !== undefined) {
        const inLanguage = spokenIn.get(language) ?? { phrases: new Set(), voices: new Set() };
        spokenIn.set(language, inLanguage);
        inLanguage.phrases.add(text);
        inLanguage.voices.add(voice);
        await speak(text, voice);
      }
      if ('play' in step)
        files.set(step.play, toTelephoneRate(readWav(await readFile(path.resolve(folder, step.play)))));
    }
  }
  const queues = new Map<string, QueueBehaviour>();
  for (const [number, behaviour] of Object.entries(scenario.queues)) queues.set(number, await seat(behaviour, speak));
  const phrasesUrl = (language: string): URL => new URL(`/control/phrases/${scenario.name}.${language}`, speechUrl);
  const scriptUrl =
    openaiUrl === undefined || scenario.model.length === 0
      ? undefined
      : new URL(`/control/scripts/${scenario.name}`, openaiUrl);
  for (const [language, { phrases, voices }] of spokenIn)
    await request('PUT', phrasesUrl(language), { language, phrases: [...phrases], voices: [...voices] });
  if (scriptUrl) await request('PUT', scriptUrl, { rules: scenario.model });
  enterprise.showQueues(queueStatuses(scenario));
  const learned: URL[] = [];
  const restoreEdge = await setEdge(edgeControlUrl, scenario.edge_settings);
  return {
    queues,
    voices: {
      speech: (text, voice) => present(speeches.get(speechKey(text, voice ?? CALLER_VOICE)), text),
      file: (name) => present(files.get(name), name),
      learn: async (text, voice = CALLER_VOICE, language) => {
        const url = phrasesUrl(`learned-${learned.length + 1}`);
        learned.push(url);
        await request('PUT', url, { language, phrases: [text], voices: [voice] });
        return speak(text, voice);
      },
    },
    undo: async () => {
      for (const language of spokenIn.keys()) await request('DELETE', phrasesUrl(language));
      for (const url of learned) await request('DELETE', url);
      if (scriptUrl) await request('DELETE', scriptUrl);
      enterprise.showQueues(new Map());
      await restoreEdge();
    },
  };
}

/** Changes settings of the edge; the function given back puts them as they were. */
async function setEdge(url: string | undefined, wanted: Scenario['edge_settings']): Promise<() => Promise<void>> {
  if (Object.keys(wanted).length === 0) return () => Promise.resolve();
  if (url === undefined) throw new Error('the scenario changes settings of the edge, whose control API is off');
  const settingsUrl = new URL('/settings', url);
  const before: unknown = await (await request('GET', settingsUrl)).json();
  await request('PUT', settingsUrl, wanted);
  return async () => {
    // Faults are counted down as they happen: what is left of them is not a setting to put back.
    const settings = { ...(typeof before === 'object' ? before : {}), faults: [] };
    await request('PUT', settingsUrl, settings);
  };
}

function queueStatuses({ queue_status }: Scenario): ReadonlyMap<string, DeskStatus> {
  return new Map(
    Object.entries(queue_status).map(
      ([name, { open, wait_minutes: waitMinutes, agents_available: agentsAvailable }]) => [
        name,
        { open, waitMinutes, agentsAvailable },
      ],
    ),
  );
}

function spoken(step: Step): { readonly say?: string; readonly language?: string | undefined } {
  if ('say' in step) return step;
  return 'interrupt' in step ? step.interrupt : {};
}

async function seat(
  behaviour: Scenario['queues'][string],
  speak: (text: string, voice: string) => Promise<Int16Array>,
): Promise<QueueBehaviour> {
  if ('refuse' in behaviour) {
    return { does: 'refuse', afterMs: behaviour.refuse.after, status: behaviour.refuse.status };
  }
  if ('ring' in behaviour) return { does: 'ring', givesUpAfterMs: behaviour.ring.sbc_gives_up_after };
  const { after, say, hang_up_after: talksForMs } = behaviour.answer;
  const says = say === undefined ? undefined : await speak(say, PERSON_VOICE);
  return { does: 'answer', afterMs: after, says, talksForMs };
}

async function synthesise(speechUrl: string, text: string, voice: string): Promise<Int16Array> {
  const response = await request('POST', new URL('/control/tts', speechUrl), { text, voice });
  return toTelephoneRate(readWav(Buffer.from(await response.arrayBuffer())));
}

async function request(method: string, url: URL, body?: unknown): Promise<Response> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) {
    const detail = (await response.text()).slice(0, 300);
    throw new Error(`${method} ${url.pathname} was answered ${response.status}: ${detail}`);
  }
  return response;
}

function speechKey(text: string, voice: string): string {
  return `${voice}\n${text}`;
}

function present(audio: Int16Array | undefined, what: string): Int16Array {
  if (!audio) throw new Error(`no audio was prepared for ${JSON.stringify(what)}`);
  return audio;
}
