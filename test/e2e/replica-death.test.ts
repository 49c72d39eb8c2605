import { createServer, request as requestHttp, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BridgeReplica } from '../../emulator/stack/bridges.ts';
import { stackConfig } from '../../emulator/stack/config.ts';
import { startStack, type Stack } from '../../emulator/stack/stack.ts';
import { parseScenario } from '../../emulator/scenario/read-scenario.ts';
import type { CallResult, ScenarioResult } from '../../emulator/scenario/result.ts';
import type { LogLine } from '../../emulator/scenario/surroundings.ts';
import { sideBySide, type SideBySide } from '../support/side-by-side.ts';
import { drawn, heardLevels, silences } from './heard-levels.ts';

/** Kept: whoever wants to hear what the caller heard finds it there. */
const callsFolder = mkdtempSync(path.join(tmpdir(), 'trunkline-replicas-'));
const FRAMES_PER_S = 50;
/** The caller hears the agent again within this. */
const GAP_MAX_FRAMES = 5 * FRAMES_PER_S;

const QUESTION = 'Where is the card that I ordered';
/** Longer than a bridge waits for the end of an answer. */
const LONG = `
  - when: { said: tell me about fees }
    reply: >-
      There are four kinds of fees. The first kind is the yearly fee of your card, which you pay every January with the first bill.
      The second kind is for cash that you draw abroad, and it depends on the country and on the amount that you draw.
      The third kind is for payments in other currencies, one and a half percent of each. For everything else there is no fee at all.`;
const scenario = (steps: string, expectations: string, rules = '') =>
  parseScenario(
    `
name: a-replica-goes
description: a replica of the bridge goes while a caller is with the agent
callers:
  - name: maria
    from: '+14255550100'
    to: '+18005550199'
    own_words: [Maria]
    steps:
      - wait_for: answer
      - wait_for: agent-done
      - say: My name is Alexander Hamilton
      - heard: Good to hear
      - wait_for: agent-done
${steps}
    expect:
${expectations}
time_limit: 60s
queues:
  '+18005550130':
    answer: { after: 300ms, say: Good morning }
  '+18005550110':
    answer: { after: 300ms, say: Good morning }
  '+18005550120':
    answer: { after: 300ms, say: Good morning }
model:
${rules}
  - when: { said: my name is }
    reply: Good to hear from you, Alexander.
  - when: { said: where is the card }
    reply: >-
      Your new card left our office in Madrid on Monday morning, and it is now on its way to you with the courier.
      You need not be at home for that.
  - when: { said: who am I }
    reply: You are Alexander Hamilton.
  - json: { intent: card, summary: Asks for the card., sentiment: neutral }
`,
    'a-replica-goes',
  );

/** Between the bridges and the model: what the model was shown. */
class ModelWatch {
  readonly requests: string[] = [];
  #server: Server | undefined;

  async start(target: string): Promise<string> {
    const server = createServer((request, response) => {
      const { hostname, port } = new URL(target);
      const { method = 'GET', url: at = '/', headers } = request;
      const upstream = requestHttp({ hostname, port, method, path: at, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      upstream.on('error', () => response.destroy());
      response.on('close', () => upstream.destroy());
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => this.requests.push(body));
      request.pipe(upstream);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#server = server;
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
  }
}

/** A stack with two bridges, and what its model was shown. */
interface Replicas {
  readonly stack: Stack;
  readonly model: ModelWatch;
  stop(): Promise<void>;
}

async function startReplicas(): Promise<Replicas> {
  const model = new ModelWatch();
  let modelUrl: string | undefined;
  const stack = await startStack({
    config: stackConfig({ STACK_BRIDGES: '2', DRAIN_TIMEOUT_MS: '500' }),
    callsFolder,
    adjust: async (program, environment) => {
      if (program !== 'bridge') return environment;
      modelUrl ??= await model.start(environment['OPENAI_ENDPOINT'] ?? '');
      return { ...environment, OPENAI_ENDPOINT: modelUrl };
    },
  });
  return {
    stack,
    model,
    stop: async () => {
      await stack.stop();
      model.stop();
    },
  };
}

let stacks: SideBySide<Replicas> | undefined;

beforeAll(async () => {
  stacks = await sideBySide(2, startReplicas);
  // Where to find what is asserted below, for ears and eyes.
  process.stdout.write(`recordings: ${callsFolder}\n`);
}, 120_000);

afterAll(() => stacks?.stop());

interface Ran {
  readonly result: ScenarioResult;
  readonly call: CallResult;
  /** What the stack logged meanwhile. */
  readonly logged: readonly LogLine[];
  /** Requests of the bridges to the model meanwhile, each a body. */
  readonly asked: readonly string[];
}

interface Doing {
  readonly when: RegExp;
  readonly does: (replica: BridgeReplica) => unknown;
}

/** Runs a scenario, and does something to the replica that has the call whenever it says what is waited for. Two replicas are up when it begins. */
async function run(what: ReturnType<typeof scenario>, ...doings: readonly Doing[]): Promise<Ran> {
  const ran = await stacks?.use((replicas) => runIn(replicas, what, doings));
  if (ran === undefined) throw new Error('there are no stacks');
  return ran;
}

async function runIn(
  { stack, model }: Replicas,
  what: ReturnType<typeof scenario>,
  doings: readonly Doing[],
): Promise<Ran> {
  while (stack.bridges.running.length < 2) await stack.bridges.add();
  const from = model.requests.length;
  const logged: LogLine[] = [];
  const left = [...doings];
  const stop = stack.onLogLine((line) => {
    logged.push(line);
    const [next] = left;
    if (next === undefined || line['msg'] !== 'agent speaking' || !next.when.test(String(line['text']))) return;
    const replica = stack.bridges.running.find(({ name }) => name === line['replica']);
    if (replica === undefined) return;
    left.shift();
    void next.does(replica);
  });
  try {
    const result = await stack.run(what);
    const [call] = result.calls;
    if (call === undefined) throw new Error(`no call: ${result.failures.join('; ')}`);
    expect(left, 'moments that did not come').toEqual([]);
    return { result, call, logged, asked: model.requests.slice(from) };
  } finally {
    stop();
  }
}

/** The longest silence between two words of the agent in which the caller said nothing either, in frames. Draws what was heard. */
function longestGap({ wav = '' }: CallResult): number {
  const levels = heardLevels(readFileSync(wav));
  process.stdout.write(`${wav}\n${drawn(levels)}\n`);
  return Math.max(...silences(levels));
}

const replicasOf = (logged: readonly LogLine[]): readonly unknown[] =>
  logged.filter(({ msg }) => msg === 'media connected').map(({ replica }) => replica);

describe.concurrent('a bridge that is killed in mid-sentence while another one runs', () => {
  it('the caller hears the agent again within five seconds, and it knows what was said before', async () => {
    const steps = `
      - say: ${QUESTION}
      - heard: line was interrupted
      - heard: with the courier
      - wait_for: agent-done
      - say: Who am I
      - heard: Alexander Hamilton
      - wait_for: agent-done
      - hang_up: true`;
    const { result, call, logged, asked } = await run(scenario(steps, '      outcome: caller-hung-up'), {
      when: /on its way to you/,
      does: (replica) => replica.kill(),
    });
    expect(result.failures).toEqual([]);
    const [first, second, ...more] = replicasOf(logged);
    expect([first === second, more]).toEqual([false, []]);
    expect(longestGap(call)).toBeLessThanOrEqual(GAP_MAX_FRAMES);
    const again = asked.find((body) => body.includes('The line was interrupted before your answer'));
    expect(again).toContain('Alexander Hamilton');
  });
});

const LATER = `
      - say: ${QUESTION}
      - heard: with the courier
      - wait_for: agent-done
      - say: Who am I
      - heard: You are Alexander Hamilton
      - wait_for: agent-done
      - hang_up: true`;
const ENDS = '      outcome: caller-hung-up';

describe.concurrent('a bridge that is told to end while another one runs', () => {
  it('gives a caller who is about to speak to the other one, and nobody notices', async () => {
    const { result, call, logged } = await run(scenario(LATER, ENDS), {
      when: /^Good to hear/,
      does: (replica) => replica.drain(),
    });
    expect(result.failures).toEqual([]);
    const [first, second, ...more] = replicasOf(logged);
    expect([first === second, more]).toEqual([false, []]);
    const said = call.turns.flatMap((turn) => (turn.by === 'agent' ? [turn.text] : []));
    expect(said.join(' ')).not.toMatch(/interrupted|One moment/);
    expect(longestGap(call)).toBeLessThanOrEqual(GAP_MAX_FRAMES);
  });

  it('lets a long answer come to the end of a clause, and the other one goes on with it', async () => {
    const { result, call, logged } = await run(
      scenario(LATER.replace(QUESTION, 'Tell me about fees').replace('with the courier', 'no fee at all'), ENDS, LONG),
      { when: /first kind/, does: (replica) => replica.drain() },
    );
    expect(result.failures).toEqual([]);
    const [first, second] = replicasOf(logged);
    expect(first).not.toBe(second);
    const cut = call.turns.filter((turn) => turn.by === 'agent' && turn.interrupted).map(({ text }) => text);
    expect(cut).toEqual([expect.stringMatching(/[.,:;]$/)]);
    expect(longestGap(call)).toBeLessThanOrEqual(GAP_MAX_FRAMES);
  });
});

describe.concurrent('two bridges that are killed one after the other', () => {
  it('leave the caller to a person', async () => {
    const steps = `
      - say: ${QUESTION}
      - wait_for: person
      - wait: 1s
      - hang_up: true`;
    const { result, logged } = await run(
      scenario(steps, '      outcome: handed-over'),
      { when: /on its way to you/, does: (replica) => replica.kill() },
      { when: /line was interrupted/, does: (replica) => replica.kill() },
    );
    expect(result.failures).toEqual([]);
    expect(new Set(replicasOf(logged)).size).toBe(2);
  });
});
