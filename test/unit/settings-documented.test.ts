import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, root), 'utf8');

/** Names of settings as schemas write them: a key in capitals. */
function settingsIn(patterns: readonly string[]): string[] {
  const names = patterns
    .flatMap((pattern) => globSync(pattern, { cwd: root.pathname }))
    .flatMap((file) => [...read(file).matchAll(/^ +([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)*|AzureWebJobs\w+): /gm)])
    .map(([, name = '']) => name);
  return [...new Set(names)].sort();
}

describe('every setting that is read is documented', () => {
  it.each([
    ['docs/settings.md', ['adapters/**/*.ts', 'functions/app/config.ts', 'media-bridge/config.ts']],
    ['sip-edge/README.md', ['sip-edge/config.ts']],
  ])('in %s', (document, sources) => {
    const text = read(document);
    const settings = settingsIn(sources);
    expect(settings.length).toBeGreaterThan(10);
    expect(settings.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});
