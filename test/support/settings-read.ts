import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What `accessFields('PREFIX')` reads, each behind the prefix (adapters/http-tools/access.ts). */
const ACCESS_FIELDS = ['KEY', 'KEY_HEADER', 'TOKEN_URL', 'CLIENT_ID', 'CLIENT_SECRET', 'SCOPE'];

/** Names of the settings that these sources read, as schemas write them: a key in capitals, first on its line or in its object. */
export function settingsRead(patterns: readonly string[]): readonly string[] {
  const texts = patterns
    .flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
    .map((file) => readFileSync(path.join(ROOT, file), 'utf8'));
  const names = texts
    .flatMap((text) => [...text.matchAll(/(?:^ +|object\(\{ )([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)*|AzureWebJobs\w+): /gm)])
    .map(([, name = '']) => name);
  const ofAccess = texts
    .flatMap((text) => [...text.matchAll(/accessFields\('([A-Z_]+)'\)/g)])
    .flatMap(([, prefix = '']) => ACCESS_FIELDS.map((field) => `${prefix}_${field}`));
  return [...new Set([...names, ...ofAccess])].sort();
}
