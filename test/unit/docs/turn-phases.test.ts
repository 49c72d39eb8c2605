import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { turnPhaseChanges } from '../../support/turn-phases.ts';

const architecture = readFileSync(new URL('../../../docs/architecture.md', import.meta.url), 'utf8');

/** `caller agent` for each arrow of the diagram under "A turn"; `[*]` is before the beginning or after the end. */
function documentedChanges(): readonly string[] {
  const section = architecture.split(/^## /m).find((part) => part.startsWith('A turn\n')) ?? '';
  const [, diagram = ''] = /```mermaid\n(stateDiagram-v2\n[\s\S]*?)```/.exec(section) ?? [];
  return [...diagram.matchAll(/^\s*(\w+|\[\*\]) --> (\w+|\[\*\])/gm)]
    .map(([, from = '', to = '']) => [from, to].map((name) => name.replaceAll('_', '-')))
    .filter(([from]) => from !== '[*]')
    .map(([from, to]) => `${from ?? ''} ${to === '[*]' ? 'ended' : (to ?? '')}`);
}

describe('the phases of a turn', () => {
  it('follow one another as documented, and in no other way', { timeout: 30_000 }, () => {
    expect([...new Set(documentedChanges())].sort()).toEqual([...turnPhaseChanges()].sort());
  });
});
