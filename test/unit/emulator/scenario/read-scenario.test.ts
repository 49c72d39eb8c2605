import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { unrollCopies } from '../../../../emulator/scenario/copies.ts';
import { parseScenario, scenarioJsonSchema } from '../../../../emulator/scenario/read-scenario.ts';

const folder = path.resolve(import.meta.dirname, '../../../../scenarios');

const scenario = (caller: string): string => `name: one
description: A call
callers:
  - name: maria
    from: '+14255550100'
    to: '+18005550199'
${caller}`;

const problemsOf = (text: string): string => {
  try {
    parseScenario(text, 'one.yaml');
    return '';
  } catch (error) {
    return String(error);
  }
};

describe('a scenario file', () => {
  it('gets its defaults where it says nothing', () => {
    const [maria] = parseScenario(scenario('    steps: [{ wait_for: answer }]'), 'one.yaml').callers;
    expect(maria).toMatchObject({ transport: 'tcp', codec: 'pcmu', takes_refer: true, copies: 1, headers: {} });
  });

  it('takes durations in milliseconds and seconds', () => {
    const { callers } = parseScenario(
      scenario('    steps: [{ wait: 500ms }, { wait: 1.5s }, { wait: 20 }]'),
      'one.yaml',
    );
    expect(callers[0]?.steps).toEqual([{ wait: 500 }, { wait: 1_500 }, { wait: 20 }]);
  });

  it('that is wrong names file, line and field', () => {
    expect(problemsOf(scenario('    codec: opus\n    steps: []'))).toContain('one.yaml:7: callers.0.codec: ');
    expect(problemsOf(scenario('    steps:\n      - wait_for: godot'))).toContain(
      'one.yaml:8: callers.0.steps.0.wait_for: ',
    );
    expect(problemsOf(scenario('    steps:\n      - wait: soon'))).toContain('one.yaml:8: callers.0.steps.0.wait: ');
    expect(problemsOf(scenario('    steps:\n      - dance: true'))).toContain(
      'one.yaml:8: callers.0.steps.0: none of the known',
    );
    expect(problemsOf(scenario('    steps: []').replace('+14255550100', '0425'))).toContain(
      'one.yaml:5: callers.0.from: ',
    );
    expect(problemsOf(scenario(`    steps: [{ heard: '(' }]`))).toContain('one.yaml:7: callers.0.steps.0.heard: ');
  });

  it('names every wrong field at once', () => {
    expect(problemsOf(scenario('    codec: opus\n    transport: sctp\n    steps: []')).split('\n')).toHaveLength(2);
  });

  it('that is no YAML says where', () => {
    expect(problemsOf('name: one\ncallers: [')).toMatch(/one\.yaml:\d+: /);
    expect(problemsOf('')).toContain('one.yaml:1: the file: ');
  });

  it('with copies makes so many callers, each with its number', () => {
    const { callers } = parseScenario(
      scenario(`    copies: 3\n    headers: { X-Customer-ID: 'C-{n}' }\n    steps: [{ heard: 'order {n}' }]`),
      'one.yaml',
    );
    expect(unrollCopies(callers).map(({ name, headers, steps }) => [name, headers['X-Customer-ID'], steps[0]])).toEqual(
      [
        ['maria-01', 'C-01', { heard: 'order 01' }],
        ['maria-02', 'C-02', { heard: 'order 02' }],
        ['maria-03', 'C-03', { heard: 'order 03' }],
      ],
    );
  });
});

describe('the scenarios of this repository', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));

  it.each(files)('%s is whole and named like its file', (file) => {
    const text = readFileSync(path.join(folder, file), 'utf8');
    expect(`${parseScenario(text, file).name}.yaml`).toBe(file);
  });

  it('have a published schema that is up to date', () => {
    const published: unknown = JSON.parse(readFileSync(path.join(folder, 'scenario.schema.json'), 'utf8'));
    expect(published).toEqual(JSON.parse(JSON.stringify(scenarioJsonSchema())));
  });
});
