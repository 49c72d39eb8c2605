import * as z from 'zod';

/** What a client asks for in `synthesis.context` (Speech SDK 1.52, `SynthesisContext`). */
export interface SynthesisOptions {
  readonly container: 'raw' | 'riff';
  readonly contentType: string;
  readonly wordBoundaries: boolean;
  readonly punctuationBoundaries: boolean;
  readonly sessionEnd: boolean;
}

export type SynthesisOptionsResult =
  { readonly ok: true; readonly options: SynthesisOptions } | { readonly ok: false; readonly reason: string };

const RAW = 'raw-16khz-16bit-mono-pcm';
const RIFF = 'riff-16khz-16bit-mono-pcm';

export const defaultSynthesisOptions: SynthesisOptions = {
  container: 'riff',
  contentType: 'audio/x-wav',
  wordBoundaries: false,
  punctuationBoundaries: false,
  sessionEnd: false,
};

/** The SDK writes a property that was set by name as the string "true". */
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]).catch(false);

const synthesisContext = z.object({
  synthesis: z.object({
    audio: z.object({
      outputFormat: z.string(),
      metadataOptions: z
        .object({ wordBoundaryEnabled: flag, punctuationBoundaryEnabled: flag, sessionEndEnabled: flag })
        .partial()
        .catch({}),
    }),
  }),
});

export function parseSynthesisContext(context: unknown): SynthesisOptionsResult {
  const parsed = synthesisContext.safeParse(context);
  if (!parsed.success) return { ok: false, reason: 'synthesis.context has no synthesis.audio.outputFormat' };
  const { outputFormat, metadataOptions } = parsed.data.synthesis.audio;
  const format = outputFormat.toLowerCase();
  if (format !== RAW && format !== RIFF) return { ok: false, reason: 'Unsupported audio output format' };
  return {
    ok: true,
    options: {
      container: format === RAW ? 'raw' : 'riff',
      contentType: format === RAW ? 'audio/x-raw' : 'audio/x-wav',
      wordBoundaries: metadataOptions.wordBoundaryEnabled ?? false,
      punctuationBoundaries: metadataOptions.punctuationBoundaryEnabled ?? false,
      sessionEnd: metadataOptions.sessionEndEnabled ?? false,
    },
  };
}
