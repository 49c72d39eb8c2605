import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadLanguages } from '#adapters/agents/language-folder';
import type { Agent } from '#core/agent/agent';
import { agentDefinition } from '#core/agent/definition';
import { localesOf, type LanguagePacks } from '#core/language/locale';
import type { LanguagePack } from '#core/language/pack';
import { parseLanguage } from '#core/language/parse';

const germanFile = new URL('../fixtures/languages/de.yaml', import.meta.url);

/** A language the product does not bring along. */
function german(): LanguagePack {
  const parsed = parseLanguage(readFileSync(germanFile, 'utf8'), fileURLToPath(germanFile));
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  return parsed.value;
}

/** The languages of the repository, and German. */
export const packsWithGerman: LanguagePacks = new Map([
  ...loadLanguages(fileURLToPath(new URL('../../agents', import.meta.url))),
  ['de', german()],
]);

export function packOf(language: string): LanguagePack {
  const pack = packsWithGerman.get(language);
  if (pack === undefined) throw new Error(`There is no language pack for ${language}`);
  return pack;
}

/** An agent that speaks these languages, in this order. */
export function agentSpeaking(tags: readonly string[], languageFrom: Readonly<Record<string, unknown>> = {}): Agent {
  const definition = agentDefinition.parse({
    name: 'polyglot',
    languages: tags.map((language) => ({
      language,
      voice: 'en-US-AvaMultilingualNeural',
      greeting: `${language}: {name}, {reason}`,
      greetingUnknown: language,
    })),
    languageFrom,
    instructions: 'Help.',
    queues: [{ name: 'general', target: '+18005550141' }],
  });
  return { definition, locales: localesOf(definition, packsWithGerman) };
}
