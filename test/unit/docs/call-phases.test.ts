import { describe, expect, it } from 'vitest';
import { documentedPart, mermaid } from '../../support/generated-part.ts';
import { movesOfCalls, phaseDiagram } from '../../support/phase-diagram.ts';

const architecture = new URL('../../../docs/architecture.md', import.meta.url);

describe('the phases of a call', () => {
  it('are documented as the code has them (UPDATE_DOCS=1 writes them anew)', () => {
    const generated = mermaid(phaseDiagram(movesOfCalls()));
    expect(documentedPart(architecture, 'phases of a call', generated)).toBe(generated);
  });

  it('all lead to the end, and only what was inferred leads back from it', () => {
    const moves = movesOfCalls();
    for (const phase of ['offered', 'answered', 'connected', 'talking', 'handed-over']) {
      expect(moves.filter(({ from, to }) => from === phase && to === 'ended')).not.toEqual([]);
    }
    expect(new Set(moves.flatMap(({ from, to }) => (from === 'ended' && to !== 'ended' ? [to] : [])))).toEqual(
      new Set(['answered', 'connected', 'talking']),
    );
  });
});
