/** Play sources of a request as prompts; throws the error to answer for one that cannot be played at all. */
import type { PromptLoader, PromptSource } from '../calls/prompt-source.ts';
import { errors } from './errors.ts';
import type { UrlPolicy } from './url-policy.ts';
import type { WirePlaySource } from './wire.ts';

export function readPrompts(
  sources: readonly WirePlaySource[],
  { urls, prompts }: { readonly urls: UrlPolicy; readonly prompts: PromptLoader },
): readonly PromptSource[] {
  return sources.map((source) => {
    const prompt = readPrompt(source, urls);
    if (prompt.kind !== 'file' && !prompts.speaks) throw errors.missingSpeech();
    return prompt;
  });
}

function readPrompt({ kind, file, text, ssml }: WirePlaySource, urls: UrlPolicy): PromptSource {
  if (kind === 'file' && file !== undefined) return { kind: 'file', url: urls.file(file.uri) };
  if (kind === 'text' && text !== undefined) return { kind: 'text', text: text.text };
  if (kind === 'ssml' && ssml !== undefined) return { kind: 'ssml', ssml: ssml.ssmlText };
  throw errors.invalidField('PlaySources', `a source of kind ${kind} has no ${kind}.`);
}
