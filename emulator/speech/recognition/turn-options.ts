import * as z from 'zod';

/** What a client asks of one recognition turn, from the URL and from `speech.context` (Speech SDK 1.52, `ServiceRecognizerBase`). */
export interface TurnOptions {
  readonly mode: RecognitionMode;
  /** BCP 47. One that is spoken, or the candidates of which one is. */
  readonly languages: readonly string[];
  /** Whether the client wants to be told which language it was. */
  readonly identification: 'wanted' | 'off';
  readonly detailed: boolean;
  readonly endSilenceMs: number;
  readonly initialSilenceMs: number;
  readonly maxSpeechMs: number;
}

const MODES = ['conversation', 'interactive', 'dictation'] as const;
export type RecognitionMode = (typeof MODES)[number];

const DEFAULT_END_SILENCE_MS = 500;
const DEFAULT_MAX_SPEECH_MS = 30_000;
/** Guesses (README): a one-shot client waits less long than one that keeps listening. */
const INITIAL_SILENCE_MS: Readonly<Record<RecognitionMode, number>> = {
  conversation: 15_000,
  dictation: 15_000,
  interactive: 5_000,
};

/** Continuous identification takes ten at most (Azure documentation, "Implement language identification"). */
const CANDIDATES_MAX = 10;

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
      mode: z.string().optional().catch(undefined),
      trailingSilenceTimeout: milliseconds,
      initialSilenceTimeout: milliseconds,
      conversation: segmentation,
      interactive: segmentation,
      dictation: segmentation,
    })
    .optional()
    .catch(undefined),
  languageId: z
    .object({ languages: z.array(z.string().min(2).max(35)).min(1) })
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
    languages: [query.get('language') ?? 'en-US'],
    identification: 'off',
    detailed: query.get('format')?.toLowerCase() === 'detailed',
    endSilenceMs: read('endSilenceTimeoutMs') ?? DEFAULT_END_SILENCE_MS,
    initialSilenceMs: read('initialSilenceTimeoutMs') ?? INITIAL_SILENCE_MS[mode],
    maxSpeechMs: DEFAULT_MAX_SPEECH_MS,
  };
}

/** The reason when the context cannot be followed. */
export function withContext(options: TurnOptions, context: unknown): TurnOptions | { readonly refused: string } {
  const parsed = speechContext.safeParse(context);
  if (!parsed.success) return { refused: 'speech.context is not a JSON object' };
  const detection = parsed.data.phraseDetection;
  const candidates = parsed.data.languageId?.languages;
  if (candidates !== undefined && candidates.length > CANDIDATES_MAX)
    return { refused: 'Too many candidate languages' };
  // The path of the universal endpoint names no mode.
  const mode = MODES.find((known) => known === detection?.mode?.toLowerCase()) ?? options.mode;
  const cut = detection?.[mode]?.segmentation;
  const format = parsed.data.phraseOutput?.format?.toLowerCase();
  return {
    ...options,
    mode,
    ...(candidates === undefined ? {} : { languages: candidates, identification: 'wanted' }),
    detailed: format === undefined ? options.detailed : format === 'detailed',
    endSilenceMs: cut?.segmentationSilenceTimeoutMs ?? detection?.trailingSilenceTimeout ?? options.endSilenceMs,
    initialSilenceMs: detection?.initialSilenceTimeout ?? options.initialSilenceMs,
    maxSpeechMs: cut?.segmentationForcedTimeoutMs ?? options.maxSpeechMs,
  };
}
