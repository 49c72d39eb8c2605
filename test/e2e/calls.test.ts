import { createWriteStream, mkdirSync, readdirSync, readFileSync, type WriteStream } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseScenario } from '../../emulator/scenario/read-scenario.ts';
import type { Scenario } from '../../emulator/scenario/schema.ts';
import type { LogLine } from '../../emulator/scenario/surroundings.ts';
import { startStack, type Stack } from '../../emulator/stack/stack.ts';
import { sideBySide, type SideBySide } from '../support/side-by-side.ts';

/** As many calls as `maxConcurrency` of this project lets begin. */
const STACKS = 2;
/** From so many calls on, a scenario has the machine to itself. */
const MANY_CALLS = 5;

const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, 'scenarios');
const callsFolder = path.join(root, 'calls');
const scenarios = readdirSync(folder)
  // The demo call is placed by npm start: see demo.test.ts.
  .filter((file) => file.endsWith('.yaml') && file !== 'disputed-charge.yaml')
  .map((file) => parseScenario(readFileSync(path.join(folder, file), 'utf8'), `scenarios/${file}`));
const callsOf = ({ callers }: Scenario): number => callers.reduce((sum, { copies }) => sum + copies, 0);
const [few, many] = [
  scenarios.filter((scenario) => callsOf(scenario) < MANY_CALLS),
  scenarios.filter((scenario) => callsOf(scenario) >= MANY_CALLS),
];

let stacks: SideBySide<Stack> | undefined;
let log: WriteStream | undefined;

beforeAll(async () => {
  mkdirSync(callsFolder, { recursive: true });
  const file = createWriteStream(path.join(callsFolder, 'e2e.log'));
  log = file;
  const onLogLine = (line: LogLine): void => void file.write(`${JSON.stringify(line)}\n`);
  // A scenario has a stack to itself: its emulators know the phrases and the answers of one.
  stacks = await sideBySide(STACKS, () => startStack({ callsFolder, onLogLine }));
}, 120_000);

afterAll(async () => {
  await stacks?.stop();
  log?.end();
});

async function holds(scenario: Scenario): Promise<void> {
  const result = await stacks?.use((stack) => stack.run(scenario, { folder }));
  expect(result?.failures).toEqual([]);
}

describe('a call through the whole path', () => {
  it.concurrent.each(few.map((scenario) => [scenario.description, scenario] as const))('%s', (_, scenario) =>
    holds(scenario),
  );

  it.each(many.map((scenario) => [scenario.description, scenario] as const))('%s', (_, scenario) => holds(scenario));
});
