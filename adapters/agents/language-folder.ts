import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { LanguagePacks } from '#core/language/locale';
import { languagePack, type LanguagePack } from '#core/language/pack';
import { ConfigurationError } from '../settings/load-settings.ts';

/** The language packs beside the agents of a folder, by primary subtag. Throws `ConfigurationError`. */
export function loadLanguages(agentsFolder: string): LanguagePacks {
  const folder = join(agentsFolder, 'languages');
  const packs = new Map<string, LanguagePack>();
  for (const file of readdirSync(folder).filter((name) => /\.ya?ml$/.test(name))) {
    const path = join(folder, file);
    const result = languagePack.safeParse(parse(readFileSync(path, 'utf8')));
    if (!result.success) throw new ConfigurationError(`Invalid language ${path}:\n${z.prettifyError(result.error)}`);
    packs.set(result.data.language, result.data);
  }
  return packs;
}
