import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { settingsRead } from '../support/settings-read.ts';

describe('every setting that is read is documented', () => {
  it.each([
    ['docs/settings.md', ['adapters/**/*.ts', 'functions/app/config.ts', 'media-bridge/config.ts']],
    ['sip-edge/README.md', ['sip-edge/config.ts']],
  ])('in %s', (document, sources) => {
    const text = readFileSync(new URL(`../../${document}`, import.meta.url), 'utf8');
    const settings = settingsRead(sources);
    expect(settings.length).toBeGreaterThan(10);
    expect(settings.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});
