import * as z from 'zod';
import { milliseconds } from '../settings/fields.ts';

/**
 * Silence after which the service takes a phrase for finished: 100 to 5000 ms, typically 500 (documentation of the Speech service, "How to
 * recognize speech"). The caller waits for it at every turn, and longer pauses are the turn's to judge: it joins finals that belong together.
 */
const SEGMENTATION_SILENCE_DEFAULT_MS = 500;

export const recognitionSettings = z
  .object({ SPEECH_SEGMENTATION_SILENCE_MS: milliseconds(100, 5_000).default(SEGMENTATION_SILENCE_DEFAULT_MS) })
  .transform((env) => ({ segmentationSilenceMs: env.SPEECH_SEGMENTATION_SILENCE_MS }));

export type RecognitionSettings = z.infer<typeof recognitionSettings>;
