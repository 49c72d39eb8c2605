import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Names of the settings that these sources read, as schemas write them: a key in capitals, first on its line or in its object. */
export function settingsRead(patterns: readonly string[]): readonly string[] {
  const names = patterns
    .flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
    .flatMap((file) => [
      ...readFileSync(path.join(ROOT, file), 'utf8').matchAll(
        /(?:^ +|object\(\{ )([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)*|AzureWebJobs\w+): /gm,
      ),
    ])
    .map(([, name = '']) => name);
  return [...new Set(names)].sort();
}
