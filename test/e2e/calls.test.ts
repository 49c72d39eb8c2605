import { createWriteStream, mkdirSync, readdirSync, readFileSync, type WriteStream } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseScenario } from '../../emulator/scenario/read-scenario.ts';
import { startStack, type Stack } from '../../emulator/stack/stack.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, 'scenarios');
const callsFolder = path.join(root, 'calls');
const scenarios = readdirSync(folder)
  // The demo call is placed by npm start: see demo.test.ts.
  .filter((file) => file.endsWith('.yaml') && file !== 'disputed-charge.yaml')
  .map((file) => parseScenario(readFileSync(path.join(folder, file), 'utf8'), `scenarios/${file}`));

let stack: Stack | undefined;
let log: WriteStream | undefined;

beforeAll(async () => {
  mkdirSync(callsFolder, { recursive: true });
  const file = createWriteStream(path.join(callsFolder, 'e2e.log'));
  log = file;
  stack = await startStack({ callsFolder, onLogLine: (line) => void file.write(`${JSON.stringify(line)}\n`) });
});

afterAll(async () => {
  await stack?.stop();
  log?.end();
});

describe('a call through the whole path', () => {
  it.each(scenarios.map((scenario) => [scenario.description, scenario] as const))('%s', async (_, scenario) => {
    const result = await stack?.run(scenario, { folder });
    expect(result?.failures).toEqual([]);
  });
});
