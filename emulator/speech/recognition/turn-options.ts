import { z } from 'zod';

/** What a client asks of one recognition turn, from the URL and from `speech.context` (Speech SDK 1.52, `ServiceRecognizerBase`). */
export interface TurnOptions {
  readonly mode: RecognitionMode;
  readonly language: string;
  readonly detailed: boolean;
  readonly endSilenceMs: number;
  readonly initialSilenceMs: number;
  readonly maxSpeechMs: number;
}

export type RecognitionMode = 'conversation' | 'interactive' | 'dictation';

const DEFAULT_END_SILENCE_MS = 500;
const DEFAULT_MAX_SPEECH_MS = 30_000;
/** Guesses (README): a one-shot client waits less long than one that keeps listening. */
const INITIAL_SILENCE_MS: Readonly<Record<RecognitionMode, number>> = {
  conversation: 15_000,
  dictation: 15_000,
  interactive: 5_000,
};

const milliseconds = z.coerce.number().int().min(20).max(60_000).optional().catch(undefined);
const segmentation = z
  .object({
    segmentation: z
      .object({ segmentationSilenceTimeoutMs: milliseconds, segmentationForcedTimeoutMs: milliseconds })
      .optional()
      .catch(undefined),
  })
  .optional()
  .catch(undefined);

/** Lenient: the SDK sends far more than this, and the service passes over what it does not know. */
const speechContext = z.object({
  phraseDetection: z
    .object({
      trailingSilenceTimeout: milliseconds,
      initialSilenceTimeout: milliseconds,
      conversation: segmentation,
      interactive: segmentation,
      dictation: segmentation,
    })
    .optional()
    .catch(undefined),
  phraseOutput: z
    .object({ format: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

export function optionsFromUrl(mode: RecognitionMode, query: URLSearchParams): TurnOptions {
  const read = (name: string): number | undefined => milliseconds.parse(query.get(name) ?? undefined);
  return {
    mode,
    language: query.get('language') ?? 'en-US',
    detailed: query.get('format')?.toLowerCase() === 'detailed',
    endSilenceMs: read('endSilenceTimeoutMs') ?? DEFAULT_END_SILENCE_MS,
    initialSilenceMs: read('initialSilenceTimeoutMs') ?? INITIAL_SILENCE_MS[mode],
    maxSpeechMs: DEFAULT_MAX_SPEECH_MS,
  };
}

/** `undefined` when the context is no object. */
export function withContext(options: TurnOptions, context: unknown): TurnOptions | undefined {
  const parsed = speechContext.safeParse(context);
  if (!parsed.success) return undefined;
  const detection = parsed.data.phraseDetection;
  const cut = detection?.[options.mode]?.segmentation;
  const format = parsed.data.phraseOutput?.format?.toLowerCase();
  return {
    ...options,
    detailed: format === undefined ? options.detailed : format === 'detailed',
    endSilenceMs: cut?.segmentationSilenceTimeoutMs ?? detection?.trailingSilenceTimeout ?? options.endSilenceMs,
    initialSilenceMs: detection?.initialSilenceTimeout ?? options.initialSilenceMs,
    maxSpeechMs: cut?.segmentationForcedTimeoutMs ?? options.maxSpeechMs,
  };
}
