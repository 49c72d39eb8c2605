import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadLanguages } from '#adapters/agents/language-folder';
import { ConfigurationError } from '#adapters/settings/load-settings';

const german = fileURLToPath(new URL('../../fixtures/languages/de.yaml', import.meta.url));

let place: string;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'trunkline-'));
});
afterAll(() => rmSync(place, { recursive: true }));

/** A folder of agents with these files under `languages`; `copy` stands for a good one. */
function agentsWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(place, 'agents-'));
  mkdirSync(join(folder, 'languages'));
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, 'languages', name);
    if (text === 'copy') copyFileSync(german, path);
    else writeFileSync(path, text);
  }
  return folder;
}

describe('languages in a folder', () => {
  it('are found by their primary subtag', () => {
    expect([...loadLanguages(agentsWith({ 'de.yaml': 'copy', 'notes.txt': 'no language' })).keys()]).toEqual(['de']);
  });

  it('stop the start with file, line and field of everything wrong in any of them', () => {
    const folder = agentsWith({ 'a.yaml': 'language: French\n', 'b.yml': 'texts: {}\n', 'de.yaml': 'copy' });
    expect(() => loadLanguages(folder)).toThrow(/a\.yaml:1: language: expected a language such as "en"/);
    expect(() => loadLanguages(folder)).toThrow(/b\.yml:1: texts\.closing: missing/);
  });

  it('stop the start when two files bring one', () => {
    expect(() => loadLanguages(agentsWith({ 'de.yaml': 'copy', 'german.yaml': 'copy' }))).toThrow(
      /german\.yaml: language: "de" is in .*de\.yaml already: remove one/,
    );
  });

  it('stop the start when there is no folder, and say what belongs there', () => {
    expect(() => loadLanguages(join(place, 'nowhere'))).toThrow(ConfigurationError);
    expect(() => loadLanguages(join(place, 'nowhere'))).toThrow(/nowhere\/languages: .*AGENTS_DIR.*en\.yaml/);
  });
});
