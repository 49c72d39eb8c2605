import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ticker } from '../../../emulator/enterprise/audio/ticker.ts';
import { writeWav } from '../../../emulator/enterprise/audio/wav.ts';
import { Enterprise } from '../../../emulator/enterprise/enterprise.ts';
import { Handset } from '../../../emulator/enterprise/handset.ts';
import { Leg } from '../../../emulator/enterprise/leg.ts';
import { SipEndpoint } from '../../../emulator/enterprise/sip/endpoint.ts';
import { callCommand, type ScenarioHost } from '../../../emulator/scenario/call-command.ts';
import { parseScenario } from '../../../emulator/scenario/read-scenario.ts';
import { runScenario } from '../../../emulator/scenario/run-scenario.ts';
import type { LogLine, Surroundings } from '../../../emulator/scenario/surroundings.ts';
import { toneOf } from '../../support/tone.ts';

const listeners = new Set<(line: LogLine) => void>();
const log = (line: LogLine): void => listeners.forEach((listener) => listener({ time: Date.now(), ...line }));
let enterprise: Enterprise;
let speech: Server;
let agent: SipEndpoint;
let surroundings: Surroundings;
let registered: string[];

/** An agent that greets, answers the first thing it hears with one tone, and logs as the real one does. */
async function startAgent(): Promise<SipEndpoint> {
  let calls = 0;
  const endpoint = await SipEndpoint.start({
    name: 'agent',
    domain: 'edge.test',
    host: '127.0.0.1',
    onInvite: (request, core) => {
      calls += 1;
      const [correlationId, callId] = [`corr-${calls}`, `c-0000000${calls}`];
      const handset = new Handset(new Ticker());
      const speak = async (text: string): Promise<void> => {
        log({ msg: 'agent speaking', callId, text });
        await handset.say(toneOf(440, 300));
        log({ msg: 'agent said', callId, text, interrupted: false });
      };
      log({ msg: 'incoming call', sipCallId: request.message.callId, correlationId });
      log({ msg: 'call offered', callId, correlationId });
      const listener = {
        onAudio: (samples: Int16Array): void => {
          if (leg) handset.hear(leg, samples);
        },
        onKey: (key: string): void => log({ msg: 'key pressed', callId, key }),
        onEnded: (): void => handset.putDown(),
      };
      let leg: Leg | undefined;
      void Leg.takeUp(endpoint, request, core, listener).then((offered) => {
        leg = offered;
        if (!offered) return;
        offered.ring();
        offered.answer();
        handset.join(offered);
        void speak('Hello from the bank');
        const stop = handset.subscribe(({ heard }) => {
          if (heard !== 'silence') return;
          stop();
          log({ msg: 'caller said', callId, text: 'when does it arrive', confidence: 0.9 });
          void speak('It arrives tomorrow');
        });
      });
    },
  });
  return endpoint;
}

beforeEach(async () => {
  registered = [];
  speech = createServer((request, response) => {
    registered.push(`${request.method ?? ''} ${request.url ?? ''}`);
    request.resume();
    response.end(request.method === 'POST' ? writeWav([toneOf(1_000, 300)], 8_000) : '{}');
  });
  speech.listen(0, '127.0.0.1');
  await once(speech, 'listening');
  const address = speech.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  [enterprise, agent] = await Promise.all([Enterprise.start(), startAgent()]);
  surroundings = {
    enterprise,
    edgeSip: { tcp: `127.0.0.1:${agent.port('tcp')}`, udp: `127.0.0.1:${agent.port('udp')}` },
    speechUrl: `http://127.0.0.1:${port}`,
    openaiUrl: undefined,
    edgeControlUrl: undefined,
    onLogLine: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    callsFolder: await mkdtemp(path.join(tmpdir(), 'calls-')),
  };
});

afterEach(async () => {
  await Promise.all([enterprise.close(), agent.close()]);
  speech.close();
  listeners.clear();
  await rm(surroundings.callsFolder, { recursive: true });
});

const scenario = (steps: string, expected: string): string => `
name: one
description: A call
time_limit: 10s
callers:
  - name: maria
    from: '+14255550100'
    to: '+18005550199'
    headers: { X-Customer-ID: C%204711 }
    steps: ${steps}
    expect: ${expected}
`;

const TALK = `[{ wait_for: answer }, { heard: bank }, { wait_for: agent-done }, { say: when does it arrive },
      { heard: tomorrow }, { wait_for: agent-done }, { press: '1#' }, { hang_up: true }]`;

describe('a scenario', () => {
  it('is played on events, recorded and told', async () => {
    const expected = `{ outcome: caller-hung-up, agent_said: [bank, tomorrow], keys: '1#', hears_an_answer: true,
      caller_was_understood: [arrive], sip_statuses: [180, 200], queues_tried: [] }`;
    const result = await runScenario(parseScenario(scenario(TALK, expected), 'one.yaml'), surroundings);
    expect(result.failures).toEqual([]);
    const [call] = result.calls;
    expect(call).toMatchObject({ callId: 'c-00000001', correlationId: 'corr-1', outcome: 'caller-hung-up' });
    expect(call?.turns.map(({ by, text }) => `${by}: ${text}`)).toEqual([
      'agent: Hello from the bank',
      'caller: when does it arrive',
      'recogniser: when does it arrive',
      'agent: It arrives tomorrow',
      'keypad: 1',
      'keypad: #',
    ]);
    expect(call?.headersIn).toEqual([{ name: 'X-Customer-ID', value: 'C%204711', decoded: 'C 4711' }]);
    expect((await readFile(call?.wav ?? '')).readUInt16LE(22)).toBe(2);
    expect(await readFile(call?.diagram ?? '', 'utf8')).toContain('sequenceDiagram');
    expect(registered).toContain('PUT /control/phrases/one.en-US');
    expect(registered.at(-1)).toBe('DELETE /control/phrases/one.en-US');
  });

  it('says which step could not be done and what did not hold', async () => {
    const text = scenario(
      '[{ wait_for: answer }, { heard: bank }, { hang_up: true }, { say: too late }]',
      '{ outcome: handed-over }',
    );
    const { passed, failures } = await runScenario(parseScenario(text, 'one.yaml'), surroundings);
    expect(passed).toBe(false);
    expect(failures).toEqual([
      'maria: step 4 (say:too late): the call is over (caller-hung-up)',
      'maria: the call ended as caller-hung-up, not handed-over',
    ]);
  });

  it('gives up at its time limit and hangs up', async () => {
    const text = scenario('[{ heard: never }]', '{}').replace('10s', '400ms');
    const { failures, calls } = await runScenario(parseScenario(text, 'one.yaml'), surroundings);
    expect(failures[0]).toContain('step 1 (heard:never)');
    expect(calls[0]?.outcome).toBe('caller-hung-up');
  });

  it('that is interrupted hangs up and fails', async () => {
    const interruption = new AbortController();
    const text = scenario('[{ wait_for: answer }, { wait_for: end }]', '{}');
    const onEvent = ({ type }: { type: string }): void => {
      if (type === 'call-placed') interruption.abort(new Error('interrupted'));
    };
    const options = { signal: interruption.signal, onEvent };
    const { failures } = await runScenario(parseScenario(text, 'one.yaml'), surroundings, options);
    expect(failures[0]).toContain('interrupted');
  });
});

describe('npm run call', () => {
  const run = async (args: readonly string[]): Promise<{ status: number; out: string[]; errors: string[] }> => {
    const [out, errors]: [string[], string[]] = [[], []];
    const host: ScenarioHost = {
      run: (parsed, options) => runScenario(parsed, surroundings, options),
      close: () => Promise.resolve(),
    };
    const deps = {
      openHost: () => Promise.resolve(host),
      print: (text: string) => void out.push(text),
      printError: (text: string) => void errors.push(text),
    };
    return { status: await callCommand(args, deps, new AbortController().signal), out, errors };
  };

  it('prints one JSON object and nothing else', async () => {
    const file = path.join(surroundings.callsFolder, 'one.yaml');
    await writeFile(file, scenario('[{ wait_for: answer }, { hang_up: true }]', '{ outcome: caller-hung-up }'));
    const { status, out } = await run([file, '--json']);
    expect(status).toBe(0);
    expect(out).toHaveLength(1);
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ name: 'one', passed: true, failures: [] });
  });

  it('ends with 2 and a clear word when the file is wrong or missing', async () => {
    expect(await run(['/no/such.yaml'])).toMatchObject({ status: 2, out: [] });
    expect((await run([])).errors[0]).toContain('usage');
  });
});
