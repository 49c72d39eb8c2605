import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { INSTRUMENTS } from '#core/telemetry/measurement';

const text = readFileSync(new URL('../../../docs/telemetry.md', import.meta.url), 'utf8');

describe('docs/telemetry.md', () => {
  it('names every figure that is measured, and none that is not', () => {
    const named = [...text.matchAll(/`(trunkline\.[a-z.]+)`/g)].map(([, name = '']) => name);
    expect([...new Set(named)].sort()).toEqual(Object.keys(INSTRUMENTS).sort());
  });
});
