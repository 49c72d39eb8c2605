import { ResultReason, type SpeechRecognitionResult } from 'microsoft-cognitiveservices-speech-sdk';
import type { Transcript } from '#core/ports/speech-to-text';
import { TICKS_PER_MS } from './speech-config.ts';

/** `languages` are those listened for. */
export function partialOf(result: SpeechRecognitionResult, languages: readonly string[]): Transcript | undefined {
  if (!result.text) return undefined;
  return { type: 'partial', text: result.text, ...timesOf(result), ...languageOf(result, languages) };
}

/** `alive` when the engine heard sound, or nothing, and no words. */
export function finalOf(result: SpeechRecognitionResult, languages: readonly string[]): Transcript {
  const times = timesOf(result);
  if (result.reason !== ResultReason.RecognizedSpeech || !result.text) return { type: 'alive', settledMs: times.endMs };
  const confidence = confidenceOf(result.json);
  return { type: 'final', text: result.text, confidence, ...times, ...languageOf(result, languages) };
}

function timesOf(result: SpeechRecognitionResult): { startMs: number; endMs: number } {
  const startMs = Math.round(result.offset / TICKS_PER_MS);
  return { startMs, endMs: startMs + Math.round(result.duration / TICKS_PER_MS) };
}

/** The service writes `en-us` for the `en-US` that it was asked for. */
function languageOf({ language }: SpeechRecognitionResult, languages: readonly string[]): { language?: string } {
  if (languages.length === 1 || typeof language !== 'string') return {};
  const asked = languages.find((one) => one.toLowerCase() === language.toLowerCase());
  return asked === undefined ? {} : { language: asked };
}

/** Of the best alternative in the detailed form; 1 when the engine does not say. */
function confidenceOf(json: string): number {
  try {
    const { NBest: alternatives } = JSON.parse(json) as { NBest?: readonly { Confidence?: unknown }[] };
    const confidence = alternatives?.[0]?.Confidence;
    return typeof confidence === 'number' ? Math.min(1, Math.max(0, confidence)) : 1;
  } catch {
    return 1;
  }
}
