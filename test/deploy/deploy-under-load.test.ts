import { cpSync, createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlacedCall } from '../../emulator/enterprise/placed-call.ts';
import { RunLog } from '../../emulator/scenario/run-log.ts';
import { Wake } from '../../emulator/scenario/wake.ts';
import type { LogLine } from '../../emulator/scenario/surroundings.ts';
import { rootFolder, stackConfig } from '../../emulator/stack/config.ts';
import { startStack, type Stack } from '../../emulator/stack/stack.ts';

/** Most listen, which is what callers on hold of their own thoughts do, and what a machine with two cores carries. */
const CALLS = Number(process.env['DEPLOY_CALLS'] ?? 50);
if (!Number.isInteger(CALLS) || CALLS < 1)
  throw new Error('DEPLOY_CALLS: expected a number of calls, such as 10 on a machine that is not quiet');
/** So many have just asked something when their bridge is told to end. */
const ASKING = 10;
/** Answers wanted at the same time: the emulated voice speaks one sentence after the other. */
const AT_ONCE = 5;
const BETWEEN_CALLS_MS = 120;
const STEP_LIMIT_MS = 60_000;
/** Told of a call that was lost. */
const STORY_LINES = 12;
const ANSWER = 'You have pressed a key.';

const agent = `
name: patient
languages:
  - language: en-US
    voice: en-US-AvaMultilingualNeural
    greeting: Hello, press a key.
    greetingUnknown: Hello, press a key.
instructions: Answer keys.
silence: { repromptAfterMs: 60000 }
keypad: { interDigitTimeoutMs: 500 }
queues: [{ name: general, target: '+18005550130' }]
`;

const folder = mkdtempSync(path.join(tmpdir(), 'trunkline-deploy-'));
const log = new RunLog();
const wake = new Wake();
const lines: LogLine[] = [];
mkdirSync(path.join(rootFolder, 'calls'), { recursive: true });
const logFile = createWriteStream(path.join(rootFolder, 'calls/deploy.log'));
let stack: Stack;

beforeAll(async () => {
  cpSync(path.join(rootFolder, 'agents/languages'), path.join(folder, 'agents/languages'), { recursive: true });
  writeFileSync(path.join(folder, 'agents/patient.yaml'), agent);
  stack = await startStack({
    config: stackConfig({ STACK_BRIDGES: '2', STACK_KEPT_CLAUSES: '200', DRAIN_TIMEOUT_MS: '500', AGENT: 'patient' }),
    callsFolder: folder,
    onLogLine: (line) => {
      log.add(line);
      lines.push(line);
      logFile.write(`${JSON.stringify(line)}\n`);
      wake.notify();
    },
    adjust: (_program, environment) =>
      Promise.resolve({ ...environment, AGENTS_DIR: path.join(folder, 'agents'), MAX_CALLS: '100' }),
  });
  const script = await fetch(`${stack.addresses.modelUrl ?? ''}/control/scripts/deploy`, {
    method: 'PUT',
    body: JSON.stringify({ rules: [{ when: { said: 'keypad' }, reply: ANSWER }] }),
  });
  expect(script.status).toBe(200);
}, 90_000);

afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function until(what: string, check: () => boolean): Promise<void> {
  const limit = AbortSignal.timeout(STEP_LIMIT_MS);
  await wake
    .until(() => (check() ? true : undefined), limit)
    .catch(() => {
      throw new Error(`not within ${STEP_LIMIT_MS / 1_000} s: ${what}`);
    });
}

function saidTo({ sipCallId }: PlacedCall, text: string): number {
  return log.agentUtterances(sipCallId).filter((said) => said.kind === 'said' && said.text.includes(text)).length;
}

/**
 * For the edge too: a key that is pressed before it has its end of the socket goes nowhere. A bridge that still gives the call up may say so after the next one
 * has it.
 */
function hasBridge({ sipCallId }: PlacedCall): boolean {
  const lines = log.lines(sipCallId);
  const stream = lines.filter(({ line }) => line['msg'] === 'media streaming').at(-1)?.line['state'];
  if (stream !== 'started' && stream !== 'reestablished') return false;
  return stack.bridges.running.some(({ name }) => {
    const media = lines.filter(
      ({ line }) => line['replica'] === name && /^media (connected|closed)$/.test(String(line['msg'])),
    );
    return media.at(-1)?.line['msg'] === 'media connected';
  });
}

/** Why a call is over that should be up: the last thing that was said of it. */
function overBy(calls: readonly PlacedCall[]): readonly string[] {
  return calls.flatMap(({ outcome, sipCallId }) => {
    if (outcome === undefined) return [];
    const story = log.lines(sipCallId).map(({ line }) => String(line['msg']));
    return [`${outcome}: ${log.callId(sipCallId) ?? sipCallId}, ${story.slice(-STORY_LINES).join(', ')}`];
  });
}

async function placeCalls(): Promise<readonly PlacedCall[]> {
  const calls: PlacedCall[] = [];
  for (let index = 0; index < CALLS; index += 1) {
    calls.push(
      await stack.enterprise.placeCall({
        from: `+1425555${String(1_000 + index)}`,
        to: '+18005550199',
        edge: stack.addresses.sip.tcp,
        transport: 'tcp',
        codecs: ['PCMU'],
        headers: [],
        takesRefer: true,
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_CALLS_MS));
  }
  return calls;
}

describe(`a deploy while ${String(CALLS)} calls are up`, () => {
  it('replaces every bridge, loses no call, and cuts nobody off', async () => {
    const calls = await placeCalls();
    await until('everybody is greeted', () => calls.every((call) => saidTo(call, 'Hello') > 0));

    const old = stack.bridges.running;
    for (const replica of old) {
      await stack.bridges.add();
      for (const call of calls.slice(0, ASKING)) void call.press('5');
      await replica.drain();
      await until('every call has a bridge', () => calls.every(hasBridge) || overBy(calls).length > 0);
      expect(overBy(calls)).toEqual([]);
    }
    expect(stack.bridges.running.filter((replica) => old.includes(replica))).toEqual([]);
    expect(overBy(calls)).toEqual([]);

    // Whoever has the call now hears the caller and answers.
    for (let from = 0; from < CALLS; from += AT_ONCE) {
      const some = calls.slice(from, from + AT_ONCE);
      const before = some.map((call) => saidTo(call, ANSWER));
      for (const call of some) void call.press('7');
      await until(`calls from ${from} on are answered`, () =>
        some.every((call, index) => saidTo(call, ANSWER) > (before[index] ?? 0)),
      );
    }
    expect(overBy(calls)).toEqual([]);
    for (const call of calls) call.hangUp();
    expect(await Promise.all(calls.map(({ ended }) => ended))).toEqual(calls.map(() => 'caller-hung-up'));

    // Everybody was moved, nobody lost, and nobody was asked to be patient but those who were being answered.
    const moves = lines.filter(({ msg }) => msg === 'conversation resumed');
    expect(moves.filter(({ how }) => how !== 'moved')).toEqual([]);
    expect(new Set(moves.map(({ callId }) => callId)).size).toBe(CALLS);
    const spoken = lines.filter(({ msg }) => msg === 'agent speaking').map(({ text }) => String(text));
    expect(spoken.filter((text) => /interrupted|trouble|connecting/.test(text))).toEqual([]);
  }, 240_000);
});
