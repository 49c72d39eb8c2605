import { fileURLToPath } from 'node:url';
import { loadLanguages } from '#adapters/agents/language-folder';
import type { LanguagePack } from '#core/language/pack';

const packs = loadLanguages(fileURLToPath(new URL('../../agents', import.meta.url)));

/** A language of the repository. */
export function packOf(language: string): LanguagePack {
  const pack = packs.get(language);
  if (pack === undefined) throw new Error(`There is no language pack for ${language}`);
  return pack;
}
