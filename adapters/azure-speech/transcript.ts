import { ResultReason, type SpeechRecognitionResult } from 'microsoft-cognitiveservices-speech-sdk';
import type { Transcript } from '#core/ports/speech-to-text';
import { TICKS_PER_MS } from './speech-config.ts';

export function partialOf(result: SpeechRecognitionResult): Transcript | undefined {
  if (!result.text) return undefined;
  return { type: 'partial', text: result.text, ...timesOf(result) };
}

/** `undefined` when the engine heard sound and no words. */
export function finalOf(result: SpeechRecognitionResult): Transcript | undefined {
  if (result.reason !== ResultReason.RecognizedSpeech || !result.text) return undefined;
  return { type: 'final', text: result.text, confidence: confidenceOf(result.json), ...timesOf(result) };
}

function timesOf(result: SpeechRecognitionResult): { startMs: number; endMs: number } {
  const startMs = Math.round(result.offset / TICKS_PER_MS);
  return { startMs, endMs: startMs + Math.round(result.duration / TICKS_PER_MS) };
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
