import {
  CancellationDetails,
  CancellationErrorCode,
  ResultReason,
  SpeechSynthesisBoundaryType,
  type SpeechSynthesisResult,
  type SpeechSynthesizer,
} from 'microsoft-cognitiveservices-speech-sdk';
import { PortError } from '#core/ports/error';
import type { SpeechChunk, TextToSpeech, Utterance } from '#core/ports/text-to-speech';
import { EventQueue } from './event-queue.ts';
import { PcmPieces } from './pcm-pieces.ts';
import type { SpeechService } from './settings.ts';
import { TICKS_PER_MS } from './speech-config.ts';
import { silentError, speechError } from './speech-error.ts';
import { discard, SynthesiserPool } from './synthesiser-pool.ts';

/** How long the service may be silent, before its first audio and between two pieces. */
const AUDIO_TIMEOUT_MS = 5_000;
/**
 * What the service still says of an utterance that was cut short is let go by, and its socket used again: an interruption would cost a handshake. The
 * service speaks a sentence faster than it is heard; one that takes longer than this is hung up on.
 */
const REST_MAX_MS = 2_000;

const CONNECTION_FAILURE = CancellationErrorCode[CancellationErrorCode.ConnectionFailure];

export interface AzureTextToSpeech extends TextToSpeech {
  /** Opens sockets for the next utterances, and keeps them open. */
  warm(): void;
  /** Closes the sockets that wait. Utterances under way end by their signal. */
  close(): void;
}

export interface TextToSpeechOptions {
  /** Sockets that are kept open and unused once `warm` was called. */
  readonly spareSockets: number;
}

/** Synthesis by Azure Speech as the `TextToSpeech` port: audio is handed on as it comes, sockets are used again. */
export function azureTextToSpeech(service: SpeechService, { spareSockets }: TextToSpeechOptions): AzureTextToSpeech {
  const pool = new SynthesiserPool(service, spareSockets);
  return {
    warm: () => pool.warm(),
    close: () => pool.close(),
    speak: (utterance, signal) => speak(pool, utterance, signal),
  };
}

async function* speak(pool: SynthesiserPool, utterance: Utterance, signal: AbortSignal): AsyncGenerator<SpeechChunk> {
  signal.throwIfAborted();
  const { synthesiser, hasWaited } = pool.take();
  let heardSomething = false;
  try {
    for await (const chunk of speakWith(pool, synthesiser, utterance, signal)) {
      heardSomething = true;
      yield chunk;
    }
  } catch (error) {
    // One that only stayed silent has cost the caller seconds already: what else to ask is for whoever has another service.
    const wasDead = error instanceof PortError && error.code === CONNECTION_FAILURE;
    if (!hasWaited || heardSomething || signal.aborted || !wasDead) throw error;
    yield* speakWith(pool, pool.make(), utterance, signal);
  }
}

async function* speakWith(
  pool: SynthesiserPool,
  synthesiser: SpeechSynthesizer,
  utterance: Utterance,
  signal: AbortSignal,
): AsyncGenerator<SpeechChunk> {
  const chunks = new EventQueue<SpeechChunk>();
  const pieces = new PcmPieces();
  const silence = setTimeout(() => chunks.fail(silentError('text-to-speech', AUDIO_TIMEOUT_MS)), AUDIO_TIMEOUT_MS);
  const onAbort = (): void => chunks.fail(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  synthesiser.synthesizing = (_, { result }) => {
    silence.refresh();
    const pcm = pieces.next(result.audioData);
    if (pcm.length > 0) chunks.push({ type: 'audio', pcm });
  };
  synthesiser.wordBoundary = (_, event) => {
    if (event.boundaryType !== SpeechSynthesisBoundaryType.Word) return;
    chunks.push({ type: 'word', text: event.text, atMs: Math.round(event.audioOffset / TICKS_PER_MS) });
  };
  const service = serviceEnd();
  synthesiser.speakSsmlAsync(
    utterance.ssml,
    (result) => {
      const isWhole = result.reason === ResultReason.SynthesizingAudioCompleted;
      service.ended(isWhole ? 'whole' : 'failed');
      if (isWhole) chunks.end();
      else chunks.fail(cancelled(result));
    },
    (details) => {
      service.ended('failed');
      chunks.fail(speechError('text-to-speech', CancellationErrorCode.RuntimeError, details));
    },
  );
  try {
    yield* chunks;
  } catch (error) {
    // Its own failure, a silence among them. An utterance that nobody wants any more is no fault of the service.
    if (!signal.aborted) service.ended('failed');
    throw error;
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', onAbort);
    synthesiser.synthesizing = () => undefined;
    synthesiser.wordBoundary = () => undefined;
    service.whenEnded((how) => (how === 'whole' ? pool.giveBack(synthesiser) : discard(synthesiser)));
  }
}

/** How an utterance ended at the service, whoever still listens. The first to say so is believed. */
function serviceEnd(): {
  ended(how: 'whole' | 'failed'): void;
  whenEnded(then: (how: 'whole' | 'failed') => void): void;
} {
  let end: 'whole' | 'failed' | undefined;
  let onEnd: ((how: 'whole' | 'failed') => void) | undefined;
  const ended = (how: 'whole' | 'failed'): void => {
    if (end !== undefined) return;
    end = how;
    onEnd?.(how);
  };
  return {
    ended,
    whenEnded: (then) => {
      if (end !== undefined) {
        then(end);
        return;
      }
      const late = setTimeout(() => ended('failed'), REST_MAX_MS).unref();
      onEnd = (how) => {
        clearTimeout(late);
        then(how);
      };
    },
  };
}

function cancelled(result: SpeechSynthesisResult): PortError {
  return speechError('text-to-speech', CancellationDetails.fromResult(result).ErrorCode, result.errorDetails);
}
