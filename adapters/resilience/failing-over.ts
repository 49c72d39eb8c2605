import type { NeededService } from '#core/admission/region';
import type { Clock } from '#core/ports/clock';
import { PortError } from '#core/ports/error';
import type { LanguageModel, ReplyChunk } from '#core/ports/language-model';
import type { SpeechToText, TranscriptStream } from '#core/ports/speech-to-text';
import type { TextToSpeech } from '#core/ports/text-to-speech';
import type { Log } from '../logging/logger.ts';
import { firstToAnswer } from './first-to-answer.ts';
import { ServiceGroup } from './service-group.ts';
import type { ServicesHealth } from './services-health.ts';

/** In the order they are preferred. */
export type Services<Port> = readonly [Port, ...Port[]];

export interface FailOverOptions {
  /** How long one service may be silent before the next is asked beside it; the slower one is cancelled. */
  readonly patienceMs: number;
  /** How long all of them together may be, before the caller is told; left out, as long as each of them may. */
  readonly limitMs?: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Told how the services are. */
  readonly health?: ServicesHealth;
}

/**
 * Several deployments as one model. Until a reply's first chunk the next one is asked when one fails, refuses our key or is silent; a single one
 * is asked once more. After it nothing is asked again: the caller may have heard it. A reply with nothing in it counts as a failure.
 */
export function failingOverModel(models: Services<LanguageModel>, options: FailOverOptions): LanguageModel {
  const group = groupOf('language-model', models, options);
  const isAnswer = (chunk: ReplyChunk): boolean => {
    if (chunk.type !== 'end' || chunk.reason === 'filtered') return true;
    throw new PortError('language-model', 'the reply was empty', { retryable: true, code: 'empty_reply' });
  };
  return {
    reply: (request, signal) =>
      streamed(group, options, isAnswer, signal, (place, ownSignal) => at(models, place).reply(request, ownSignal)),
  };
}

/** Several regions as one voice. Fails over until an utterance's first sound. */
export function failingOverVoice(voices: Services<TextToSpeech>, options: FailOverOptions): TextToSpeech {
  const group = groupOf('text-to-speech', voices, options);
  return {
    speak: (utterance, signal) =>
      streamed(
        group,
        options,
        ({ type }) => type === 'audio',
        signal,
        (place, ownSignal) => at(voices, place).speak(utterance, ownSignal),
      ),
  };
}

/**
 * Several regions as one ear. Fails over until a stream is open; one that breaks later is its owner's to open again, elsewhere when it did not last. So
 * is opening a single one again.
 */
export function failingOverEar(ears: Services<SpeechToText>, options: FailOverOptions): SpeechToText {
  const group = groupOf('speech-to-text', ears, options);
  if (ears.length === 1) return noted(ears[0], group);
  return {
    open: async (wanted, signal) => {
      const question = {
        ask: (place: number, ownSignal: AbortSignal) => at(ears, place).open(wanted, ownSignal),
        discard: (stream: TranscriptStream) => void stream.close().catch(() => undefined),
        patienceMs: options.patienceMs,
      };
      const { place, answer, settled } = await firstToAnswer(group, question, options.clock, signal);
      settled();
      return watched(answer, (error) => group.failed(place, error));
    },
  };
}

function groupOf(
  service: NeededService,
  services: Services<unknown>,
  { clock, health, log }: FailOverOptions,
): ServiceGroup {
  const group = new ServiceGroup(services.length, service, clock, log);
  health?.watch(service, group);
  return group;
}

/** Asks nothing more than it is asked, and keeps in mind how it went. */
function noted(ear: SpeechToText, group: ServiceGroup): SpeechToText {
  return {
    open: async (wanted, signal) => {
      group.asked(0, undefined);
      try {
        const stream = await ear.open(wanted, signal);
        group.answered(0);
        return watched(stream, (error) => group.failed(0, error));
      } catch (error) {
        if (signal.aborted) group.undecided(0);
        else group.failed(0, error);
        throw error;
      }
    },
  };
}

async function* streamed<Chunk>(
  group: ServiceGroup,
  { patienceMs, limitMs, clock }: FailOverOptions,
  isAnswer: (chunk: Chunk) => boolean,
  signal: AbortSignal,
  open: (place: number, signal: AbortSignal) => AsyncIterable<Chunk>,
): AsyncGenerator<Chunk> {
  const question = {
    ask: (place: number, ownSignal: AbortSignal) => begin(open(place, ownSignal), isAnswer),
    discard: ({ rest }: Begun<Chunk>) => void end(rest).catch(() => undefined),
    patienceMs,
    limitMs,
  };
  const { place, answer, settled } = await firstToAnswer(group, question, clock, signal);
  try {
    for (const chunk of answer.chunks) yield chunk;
    for (let next = await answer.rest.next(); next.done !== true; next = await answer.rest.next()) yield next.value;
  } catch (error) {
    if (!signal.aborted) group.failed(place, error);
    throw error;
  } finally {
    await end(answer.rest);
    settled();
  }
}

interface Begun<Chunk> {
  readonly chunks: readonly Chunk[];
  readonly rest: AsyncIterator<Chunk>;
}

/** Reads as far as the first chunk that counts as an answer. */
async function begin<Chunk>(stream: AsyncIterable<Chunk>, isAnswer: (chunk: Chunk) => boolean): Promise<Begun<Chunk>> {
  const rest = stream[Symbol.asyncIterator]();
  const chunks: Chunk[] = [];
  try {
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
      chunks.push(next.value);
      if (isAnswer(next.value)) break;
    }
  } catch (error) {
    await end(rest);
    throw error;
  }
  return { chunks, rest };
}

/** Lets a stream give back what it holds; nothing when it has ended by itself. */
async function end(stream: AsyncIterator<unknown>): Promise<void> {
  await stream.return?.();
}

function watched(stream: TranscriptStream, onFailure: (error: unknown) => void): TranscriptStream {
  return {
    push: (pcm) => stream.push(pcm),
    close: (problem) => {
      if (problem !== undefined) onFailure(problem);
      return stream.close(problem);
    },
    async *[Symbol.asyncIterator]() {
      try {
        yield* stream;
      } catch (error) {
        onFailure(error);
        throw error;
      }
    },
  };
}

function at<Port>(services: Services<Port>, place: number): Port {
  return services[place] ?? services[0];
}
