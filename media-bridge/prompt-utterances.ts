import type { Agent } from '#core/agent/agent';
import { fixedPrompts } from '#core/conversation/fixed-prompts';
import { speakableText, toSsml } from '#core/conversation/speakable';
import type { Utterance } from '#core/ports/text-to-speech';

/** The fixed prompts of these agents in all their languages, as the speaker asks for them, each once. */
export function promptUtterances(agents: readonly Agent[]): readonly Utterance[] {
  const prompts = agents.flatMap(({ locales }) =>
    locales.flatMap((locale) => fixedPrompts(locale).map((text) => toSsml(speakableText(text, locale), locale))),
  );
  return [...new Set(prompts)].map((ssml) => ({ ssml, fixed: true }));
}
