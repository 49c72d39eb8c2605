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
  synthesiser.speakSsmlAsync(
    utterance.ssml,
    (result) => {
      if (result.reason === ResultReason.SynthesizingAudioCompleted) chunks.end();
      else chunks.fail(cancelled(result));
    },
    (details) => chunks.fail(speechError('text-to-speech', CancellationErrorCode.RuntimeError, details)),
  );
  let whole = false;
  try {
    yield* chunks;
    whole = true;
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', onAbort);
    synthesiser.synthesizing = () => undefined;
    synthesiser.wordBoundary = () => undefined;
    if (whole) pool.giveBack(synthesiser);
    else discard(synthesiser);
  }
}

function cancelled(result: SpeechSynthesisResult): PortError {
  return speechError('text-to-speech', CancellationDetails.fromResult(result).ErrorCode, result.errorDetails);
}
