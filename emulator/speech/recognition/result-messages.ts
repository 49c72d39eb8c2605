import { TICKS_PER_MS } from '../protocol/ticks.ts';
import { lexical, type Heard } from './recognition.ts';
import type { TurnOptions } from './turn-options.ts';

/** One message to the client. */
export interface ServiceMessage {
  readonly path: 'speech.startDetected' | 'speech.hypothesis' | 'speech.phrase' | 'speech.endDetected';
  readonly body: unknown;
}

/** The service's own shapes; offsets and durations in ticks of 100 ns. What the client asked for adds `NBest` and `PrimaryLanguage`. */
export function messageFor(
  heard: Heard,
  options: Pick<TurnOptions, 'detailed' | 'identification' | 'languages'>,
): ServiceMessage {
  switch (heard.type) {
    case 'speech-started':
      return { path: 'speech.startDetected', body: { Offset: heard.atMs * TICKS_PER_MS } };
    case 'hypothesis':
      return {
        path: 'speech.hypothesis',
        body: { Text: heard.text, ...primaryLanguage(heard.language, options), ...span(heard) },
      };
    case 'recognised': {
      const language = primaryLanguage(heard.match.language, options);
      const result = { RecognitionStatus: 'Success', ...language, DisplayText: heard.match.text, ...span(heard) };
      const best = nBest(heard.match.text, heard.match.confidence);
      return { path: 'speech.phrase', body: options.detailed ? { ...result, NBest: [best] } : result };
    }
    case 'no-match':
      return {
        path: 'speech.phrase',
        body: { RecognitionStatus: 'NoMatch', ...emptyText(options.detailed), ...span(heard) },
      };
    case 'initial-silence': {
      const silence = span({ startMs: 0, endMs: heard.endMs });
      return {
        path: 'speech.phrase',
        body: { RecognitionStatus: 'InitialSilenceTimeout', ...emptyText(options.detailed), ...silence },
      };
    }
  }
}

export function endOfDictation(atMs: number): ServiceMessage {
  return {
    path: 'speech.phrase',
    body: { RecognitionStatus: 'EndOfDictation', Offset: atMs * TICKS_PER_MS, Duration: 0 },
  };
}

export function serviceError(): ServiceMessage {
  return { path: 'speech.phrase', body: { RecognitionStatus: 'Error', Offset: 0, Duration: 0 } };
}

export function endDetected(atMs: number): ServiceMessage {
  return { path: 'speech.endDetected', body: { Offset: atMs * TICKS_PER_MS } };
}

function span({ startMs, endMs }: { readonly startMs: number; readonly endMs: number }): {
  Offset: number;
  Duration: number;
} {
  return { Offset: startMs * TICKS_PER_MS, Duration: (endMs - startMs) * TICKS_PER_MS };
}

/** As the SDK reads it (`SpeechHypothesis`, `DetailedSpeechPhrase`). */
function primaryLanguage(
  language: string | undefined,
  { identification, languages }: Pick<TurnOptions, 'identification' | 'languages'>,
): object {
  if (identification === 'off' || language === undefined) return {};
  const candidate = languages.find((one) => one.toLowerCase() === language.toLowerCase());
  return candidate === undefined ? {} : { PrimaryLanguage: { Language: candidate, Confidence: 'High' } };
}

function nBest(text: string, confidence: number): Readonly<Record<string, string | number>> {
  const words = lexical(text);
  return { Confidence: confidence, Lexical: words, ITN: words, MaskedITN: words, Display: text };
}

function emptyText(detailed: boolean): object {
  return detailed
    ? { DisplayText: '', NBest: [{ Confidence: 0, Lexical: '', ITN: '', MaskedITN: '', Display: '' }] }
    : { DisplayText: '' };
}
