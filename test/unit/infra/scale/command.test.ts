import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDeployed } from '../../../../infra/scale/deployed.ts';
import { EventHeap } from '../../../../infra/scale/event-heap.ts';
import { parseOptions } from '../../../../infra/scale/options.ts';
import { simulateScale } from '../../../../infra/scale/run.ts';
import { brokenPromises, emptyTally } from '../../../../infra/scale/result.ts';
import { readBicep } from '../../../support/bicep.ts';

const small = ['--calls', '40', '--only', 'replica-dies,as-deployed'];

function told(args: readonly string[]): { readonly status: number; readonly text: string } {
  const lines: string[] = [];
  const status = simulateScale(args, (line) => void lines.push(line));
  return { status, text: lines.join('\n') };
}

describe('npm run simulate-scale', () => {
  it('tells each scenario and all of them in a table', () => {
    const { status, text } = told(small);
    expect(status).toBe(0);
    expect(text).toMatch(/^as-deployed: the templates' limits/m);
    expect(text).toMatch(/^calls offered +[\d,]+ +[\d,]+$/m);
  });

  it('gives the same as data, with all that it was made from', () => {
    const { text } = told([...small, '--json', '--seed', '7']);
    const [asDeployed] = JSON.parse(text) as [
      { scenario: string; setup: { seed: number }; tally: { offered: number } },
    ];
    expect(asDeployed).toMatchObject({ scenario: 'as-deployed', setup: { seed: 7, peakCalls: 40, maxReplicas: 100 } });
    expect(asDeployed.tally.offered).toBeGreaterThan(100);
  });

  it('draws a picture with a panel for each scenario', () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'trunkline-scale-')), 'scale.svg');
    expect(told([...small, '--out', file]).status).toBe(0);
    const svg = readFileSync(file, 'utf8');
    expect(svg.match(/<g /g)).toHaveLength(2);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('says that a picture cannot be written there', () => {
    const { status, text } = told([...small, '--out', '/nowhere/at/all.svg']);
    expect(status).toBe(1);
    expect(text).toContain('--out /nowhere/at/all.svg: cannot be written');
  });

  it.each([
    [['--calls', 'many'], '--calls many: expected a whole number from 1 to 200000'],
    [['--calls', ''], '--calls : expected a whole number'],
    [['--calls', '2.5'], '--calls 2.5: expected a whole number'],
    [['--only', 'day,night'], '--only night: expected one of day, as-deployed'],
    [['--out', 'picture.png'], '--out picture.png: expected the name of an .svg file'],
    [['--ingress', 'toString'], '--ingress toString: expected random or fewest-calls'],
    [['--min-replicas', '9', '--max-replicas', '3'], '--min-replicas 9: more than --max-replicas 3'],
    [['--scale-at-calls', '0'], '--scale-at-calls 0: expected a whole number from 1 to 10000'],
    [['--new-revision', 'all'], '--new-revision all: expected by-calls or min or as-many'],
    [['--fast'], "Unknown option '--fast'"],
    [['storm'], "Unexpected argument 'storm'"],
  ])('says what is wrong with %j', (args, problem) => {
    const { status, text } = told(args);
    expect(status).toBe(2);
    expect(text).toContain(problem);
    expect(text).toContain('npm run simulate-scale');
  });

  it('reads any options without throwing', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom('--calls', '--only', '--json', '--days'), fc.string())), (args) => {
        expect(typeof parseOptions(args, ['day']).ok).toBe('boolean');
      }),
    );
  });

  it('names every promise that a run broke', () => {
    expect(brokenPromises({ ...emptyTally(), offered: 3, answered: 1, unanswered: 1, completed: 2 })).toEqual([
      '1 calls rang until nobody wanted them any more',
      'of 3 calls 2 were answered, redirected or refused',
      'of 1 answered calls 2 came to an end that is known',
    ]);
  });

  it('scales by both rules unless one is given, and then by that one', () => {
    const kinds = (...args: readonly string[]): readonly string[] => {
      const [{ setup }] = JSON.parse(told(['--calls', '40', '--only', 'storm', '--json', ...args]).text) as [
        { setup: { rules: readonly { kind: string }[] } },
      ];
      return setup.rules.map(({ kind }) => kind);
    };
    expect(kinds()).toEqual(['cpu', 'calls']);
    expect(kinds('--scale-at-cpu', '20')).toEqual(['cpu']);
    expect(kinds('--scale-at-calls', '20')).toEqual(['calls']);
    expect(kinds('--scale-at-cpu', '20', '--scale-at-calls', '20')).toEqual(['cpu', 'calls']);
  });

  it('takes the limits of the bridges from the templates', async () => {
    const { graceMs, maxCalls, maxReplicas, minReplicas, scaleAtCalls, scaleAtCpuPercent } = readDeployed();
    const resources = (await readBicep()).get('resources.bicep')?.text ?? '';
    expect(resources).toContain(`var maxReplicas = isProduction ? ${maxReplicas} : `);
    expect(resources).toContain(`max(isProduction ? ${minReplicas} : `);
    expect(resources).toContain(`var maxCalls = ${maxCalls}\n`);
    expect(scaleAtCalls).toBeLessThan(maxCalls);
    expect(resources).toContain(`scaleAtCpuPercent: ${scaleAtCpuPercent}\n`);
    expect(resources).toContain(`graceSeconds: ${graceMs / 1000}\n`);
  });
});

describe('what is going to happen', () => {
  it('happens in the order of time, and what was put in first before the rest of its moment', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (times) => {
        const heap = new EventHeap();
        const happened: [number, number][] = [];
        for (const [order, atMs] of times.entries()) heap.at(atMs, () => void happened.push([atMs, order]));
        for (let next = heap.take(); next !== undefined; next = heap.take()) next.run();
        const expected = times.map((atMs, order): [number, number] => [atMs, order]);
        expect(happened).toEqual(expected.sort(([one, first], [other, second]) => one - other || first - second));
      }),
    );
  });
});
