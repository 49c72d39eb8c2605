import type { SpeechToText, TranscriptStream } from '#core/ports/speech-to-text';
import type { Telemetry } from '#core/ports/telemetry';
import { countedErrors, countedStream } from './counted-errors.ts';

/** A recogniser whose failures are counted: those to open, and those in the middle of a call. Audio goes straight to its own stream. */
export function countedEar(ear: SpeechToText, telemetry: Telemetry): SpeechToText {
  const opening = countedErrors(ear, telemetry);
  return { open: async (options, signal) => countedTranscripts(await opening.open(options, signal), telemetry) };
}

function countedTranscripts(stream: TranscriptStream, telemetry: Telemetry): TranscriptStream {
  return {
    push: stream.push.bind(stream),
    close: stream.close.bind(stream),
    [Symbol.asyncIterator]: () => countedStream(stream, telemetry),
  };
}
