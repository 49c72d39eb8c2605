import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseScenario } from '../../emulator/scenario/read-scenario.ts';
import type { LogLine } from '../../emulator/scenario/surroundings.ts';
import { stackConfig } from '../../emulator/stack/config.ts';
import { startStack, type Stack } from '../../emulator/stack/stack.ts';

const root = path.resolve(import.meta.dirname, '../..');
const callsFolder = path.join(root, 'calls');
const folder = path.join(root, 'scenarios');
const files = [
  ...readdirSync(path.join(folder, 'teams-phone')).map((file) => `teams-phone/${file}`),
  // What the rules of a line do, found by the number of the account.
  'calls-outside-the-hours.yaml',
];
const scenarios = files.map((file) =>
  parseScenario(readFileSync(path.join(folder, file), 'utf8'), `scenarios/${file}`),
);
const offered: LogLine[] = [];

let stack: Stack | undefined;

beforeAll(async () => {
  mkdirSync(callsFolder, { recursive: true });
  stack = await startStack({
    callsFolder,
    config: stackConfig({ TELEPHONY: 'teams-phone' }),
    onLogLine: (line) => {
      if (line['msg'] === 'call offered') offered.push(line);
    },
  });
});
afterAll(async () => stack?.stop());

describe('a call that Teams Phone Extensibility brings, through the whole path', () => {
  it.each(scenarios.map((scenario) => [scenario.description, scenario] as const))('%s', async (_, scenario) => {
    const result = await stack?.run(scenario, { folder });
    expect(result?.failures).toEqual([]);
  });

  it('names the account, and a number where one is known', () => {
    const called = new Set(offered.map(({ to }) => to));
    expect(called).toEqual(new Set(['+18005550188', '28:orgid:5d3c1f52-0000-4000-8000-000000000155', '+18005550177']));
  });
});
