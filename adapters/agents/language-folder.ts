import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LanguagePacks } from '#core/language/locale';
import type { LanguagePack } from '#core/language/pack';
import { parseLanguage } from '#core/language/parse';
import { ConfigurationError } from '../settings/load-settings.ts';

/** The language packs beside the agents of a folder, by primary subtag. Throws `ConfigurationError` with file, line and field of everything wrong in any of them. */
export function loadLanguages(agentsFolder: string): LanguagePacks {
  const packs = new Map<string, LanguagePack>();
  const paths = new Map<string, string>();
  const problems: string[] = [];
  for (const path of languageFiles(agentsFolder)) {
    const parsed = parseLanguage(readFileSync(path, 'utf8'), path);
    if (!parsed.ok) {
      problems.push(...parsed.problems);
      continue;
    }
    const { language } = parsed.value;
    const other = paths.get(language);
    if (other !== undefined) problems.push(`${path}: language: "${language}" is in ${other} already: remove one`);
    packs.set(language, parsed.value);
    paths.set(language, path);
  }
  if (problems.length > 0) throw new ConfigurationError(`Invalid languages:\n${problems.join('\n')}`);
  return packs;
}

function languageFiles(agentsFolder: string): string[] {
  const folder = join(agentsFolder, 'languages');
  try {
    return readdirSync(folder)
      .filter((file) => /\.ya?ml$/.test(file))
      .sort()
      .map((file) => join(folder, file));
  } catch {
    throw new ConfigurationError(
      `Cannot read the folder ${folder}: beside the agents (AGENTS_DIR) there is "languages" with a file for each language, such as en.yaml`,
    );
  }
}
