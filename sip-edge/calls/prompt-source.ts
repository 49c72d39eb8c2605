/** Gets the audio of a prompt: a WAV file by URL, or text through EDGE_TTS_URL, which takes `{ "text" }` and gives such a file. */
import { parsePromptWav } from '../audio/wav.ts';
import { results, type ResultInformation } from '../callbacks/results.ts';
import type { HttpClient } from '../http/client.ts';

/** Ten minutes of 16 kHz, 16 bit, mono. */
const MAX_PROMPT_BYTES = 20 * 1024 * 1024;
const FETCH_TIMEOUT_MS = 10_000;

export type PromptSource =
  | { readonly kind: 'file'; readonly url: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'ssml'; readonly ssml: string };

type PromptAudio =
  | { readonly kind: 'audio'; readonly samples: Int16Array }
  | { readonly kind: 'failed'; readonly result: ResultInformation };

export interface PromptLoader {
  /** Whether text can be spoken at all. */
  readonly speaks: boolean;
  /** Never rejects. */
  load(source: PromptSource, signal: AbortSignal): Promise<PromptAudio>;
}

export function createPromptLoader(http: HttpClient, speechUrl: string | undefined): PromptLoader {
  return {
    speaks: speechUrl !== undefined,
    load(source, signal) {
      if (source.kind === 'file')
        return fetchWav(http, 'GET', source.url, undefined, results.fileNotDownloaded, signal);
      if (speechUrl === undefined) return Promise.resolve({ kind: 'failed', result: results.speechServiceUnreachable });
      const text = source.kind === 'text' ? source.text : textOfSsml(source.ssml);
      return fetchWav(http, 'POST', speechUrl, text, results.speechServiceUnreachable, signal);
    },
  };
}

async function fetchWav(
  http: HttpClient,
  method: 'GET' | 'POST',
  url: string,
  text: string | undefined,
  unreachable: ResultInformation,
  signal: AbortSignal,
): Promise<PromptAudio> {
  const body = text === undefined ? {} : { body: JSON.stringify({ text }) };
  const headers = { accept: 'audio/wav', ...(text === undefined ? {} : { 'content-type': 'application/json' }) };
  const limits = { timeoutMs: FETCH_TIMEOUT_MS, maxResponseBytes: MAX_PROMPT_BYTES };
  const response = await http.send({ url, method, headers, ...limits, ...body }, signal).catch(() => undefined);
  if (response?.status !== 200) return { kind: 'failed', result: unreachable };
  const samples = parsePromptWav(response.body);
  return samples === undefined ? { kind: 'failed', result: results.invalidFile } : { kind: 'audio', samples };
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** What is said, without how: EDGE_TTS_URL takes plain text. */
export function textOfSsml(ssml: string): string {
  return ssml
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => entities[name] ?? ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
