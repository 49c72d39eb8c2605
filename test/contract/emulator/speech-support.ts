import { pino } from 'pino';
import {
  AudioConfig,
  AudioInputStream,
  AudioStreamFormat,
  OutputFormat,
  PropertyId,
  ResultReason,
  SpeechConfig,
  SpeechRecognizer,
  SpeechSynthesisBoundaryType,
  SpeechSynthesisOutputFormat,
  SpeechSynthesizer,
  type AutoDetectSourceLanguageConfig,
  type SpeechRecognitionResult,
  type SpeechSynthesisResult,
} from 'microsoft-cognitiveservices-speech-sdk';
import { startSpeechServer, type SpeechServer } from '../../../emulator/speech/server.ts';

export function startServer(key?: string): Promise<SpeechServer> {
  const log = pino({ level: 'silent' });
  return startSpeechServer({ listen: { host: '127.0.0.1', port: 0 }, key, threads: 2, log });
}

export function webSocketUrl(server: SpeechServer, path = ''): string {
  return server.url.replace('http:', 'ws:') + path;
}

export async function putControl(server: SpeechServer, path: string, body: unknown): Promise<Response> {
  return fetch(`${server.url}/control/${path}`, { method: 'PUT', body: JSON.stringify(body) });
}

/** What an emulated caller says, as PCM. */
export async function callerAudio(server: SpeechServer, text: string, voice?: string): Promise<Buffer> {
  const response = await fetch(`${server.url}/control/tts`, { method: 'POST', body: JSON.stringify({ text, voice }) });
  if (response.status !== 200) throw new Error(`tts answered ${response.status}`);
  return Buffer.from(await response.arrayBuffer()).subarray(44);
}

export function silence(durationMs: number): Buffer {
  return Buffer.alloc(durationMs * 32);
}

export function speechConfig(server: SpeechServer, key = 'any key'): SpeechConfig {
  const config = SpeechConfig.fromHost(new URL(webSocketUrl(server)), key);
  config.speechRecognitionLanguage = 'en-US';
  config.outputFormat = OutputFormat.Detailed;
  config.speechSynthesisOutputFormat = SpeechSynthesisOutputFormat.Raw16Khz16BitMonoPcm;
  return config;
}

export interface Listening {
  readonly push: (pcm: Buffer) => void;
  readonly endOfAudio: () => void;
  readonly partials: string[];
  readonly results: SpeechRecognitionResult[];
  /** Resolves with the next final result that is not empty audio's. */
  readonly nextResult: () => Promise<SpeechRecognitionResult>;
  readonly canceled: Promise<string>;
  readonly stop: () => Promise<void>;
}

/** Continuous recognition through the real SDK, of one language or among candidates. */
export async function listen(config: SpeechConfig, candidates?: AutoDetectSourceLanguageConfig): Promise<Listening> {
  const stream = AudioInputStream.createPushStream(AudioStreamFormat.getWaveFormatPCM(16_000, 16, 1));
  const audio = AudioConfig.fromStreamInput(stream);
  const recognizer =
    candidates === undefined
      ? new SpeechRecognizer(config, audio)
      : SpeechRecognizer.FromConfig(config, candidates, audio);
  const partials: string[] = [];
  const results: SpeechRecognitionResult[] = [];
  const waiting: ((result: SpeechRecognitionResult) => void)[] = [];
  let taken = 0;
  recognizer.recognizing = (_sender, event) => partials.push(event.result.text);
  recognizer.recognized = (_sender, event) => {
    results.push(event.result);
    const waiter = waiting.shift();
    if (waiter === undefined) return;
    taken++;
    waiter(event.result);
  };
  const canceled = new Promise<string>((resolve) => {
    recognizer.canceled = (_sender, event) => resolve(event.errorDetails);
  });
  await new Promise<void>((resolve, reject) => recognizer.startContinuousRecognitionAsync(resolve, reject));
  return {
    push: (pcm) => {
      for (let at = 0; at < pcm.byteLength; at += 640) stream.write(arrayBuffer(pcm.subarray(at, at + 640)));
    },
    endOfAudio: () => stream.close(),
    partials,
    results,
    nextResult: () => {
      const known = results[taken];
      if (known !== undefined) {
        taken++;
        return Promise.resolve(known);
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
    canceled,
    stop: async () => {
      await new Promise<void>((resolve, reject) => recognizer.stopContinuousRecognitionAsync(resolve, reject));
      await new Promise<void>((resolve, reject) => recognizer.close(resolve, reject));
    },
  };
}

export function recognizeOnce(config: SpeechConfig, pcm: Buffer): Promise<SpeechRecognitionResult> {
  const stream = AudioInputStream.createPushStream(AudioStreamFormat.getWaveFormatPCM(16_000, 16, 1));
  const recognizer = new SpeechRecognizer(config, AudioConfig.fromStreamInput(stream));
  stream.write(arrayBuffer(pcm));
  stream.close();
  return new Promise((resolve, reject) => {
    recognizer.recognizeOnceAsync(
      (result) => recognizer.close(() => resolve(result), reject),
      (error) => recognizer.close(() => reject(new Error(error))),
    );
  });
}

export interface SpokenWord {
  readonly text: string;
  readonly atMs: number;
}

export interface Speaker {
  readonly say: (ssml: string) => Promise<SpeechSynthesisResult>;
  readonly words: SpokenWord[];
  readonly chunkBytes: number[];
  readonly close: () => Promise<void>;
}

/** Synthesis through the real SDK; all utterances on one connection. */
export function speaker(config: SpeechConfig): Speaker {
  // No audio output: the results' data is what counts.
  const synthesizer = new SpeechSynthesizer(config, null);
  const words: SpokenWord[] = [];
  const chunkBytes: number[] = [];
  synthesizer.wordBoundary = (_sender, event) => {
    if (event.boundaryType === SpeechSynthesisBoundaryType.Word)
      words.push({ text: event.text, atMs: event.audioOffset / 10_000 });
  };
  synthesizer.synthesizing = (_sender, event) => chunkBytes.push(event.result.audioData.byteLength);
  return {
    words,
    chunkBytes,
    say: (ssml) =>
      new Promise((resolve, reject) => synthesizer.speakSsmlAsync(ssml, resolve, (error) => reject(new Error(error)))),
    close: () => new Promise((resolve, reject) => synthesizer.close(resolve, (error) => reject(new Error(error)))),
  };
}

export function ssml(text: string, voice = 'en-US-AvaMultilingualNeural'): string {
  return `<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' xml:lang='en-US'><voice name='${voice}'>${text}</voice></speak>`;
}

function arrayBuffer(bytes: Buffer): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}

export { PropertyId, ResultReason };
