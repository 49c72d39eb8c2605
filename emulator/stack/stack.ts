import { spawn } from 'node:child_process';
import path from 'node:path';
import { Enterprise } from '../enterprise/enterprise.ts';
import type { QueueVisit } from '../enterprise/queue-phones.ts';
import type { ScenarioResult } from '../scenario/result.ts';
import { runScenario, type RunOptions } from '../scenario/run-scenario.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { LogLine, Surroundings } from '../scenario/surroundings.ts';
import type { Bridges } from './bridges.ts';
import { rootFolder, stackConfig, type StackConfig } from './config.ts';
import { startPrograms, type AdjustEnvironment, type Programs } from './programs.ts';
import { Queue } from './queue.ts';
import { Story, type StoryLine } from './story/story.ts';

export interface StackOptions {
  /** By default everything is emulated and nothing is read from `.env`. */
  readonly config?: StackConfig;
  /** What is being done, for whoever waits. */
  readonly onProgress?: (what: string) => void;
  /** Every line logged, from the first on. */
  readonly onLogLine?: (line: LogLine) => void;
  /** Aborting ends a start that is under way. */
  readonly signal?: AbortSignal;
  readonly adjust?: AdjustEnvironment;
  /** Recordings and diagrams; `calls` in the repository by default. */
  readonly callsFolder?: string;
}

export interface Stack {
  readonly addresses: {
    readonly sip: { readonly tcp: string; readonly udp: string };
    readonly edgeUrl: string;
    readonly edgeControlUrl: string;
    readonly functionsUrl: string;
    /** The ingress in front of the bridges. */
    readonly bridgeUrl: string;
    readonly speechUrl: string;
    readonly modelUrl: string | undefined;
  };
  /** What the functions and the bridges are told, and where Event Grid delivers: for a tool that looks at them from outside. */
  readonly environment: Readonly<Record<string, string>>;
  /** Replicas of the media bridge, to be added, drained and killed while calls are up. */
  readonly bridges: Pick<Bridges, 'running' | 'add'>;
  /** The functions host: killed, it can be started again at the same address. Without that the stack is broken by its end. */
  readonly functions: { readonly pid: number | undefined; kill(): Promise<void>; start(): Promise<void> };
  /** The enterprise's side: whoever wants calls of their own places them there. */
  readonly enterprise: Enterprise;
  /** Process ids of everything of the stack that runs now. */
  readonly pids: readonly number[];
  /** Aborted, with the reason, when a process ends that should not; of the bridges, when the last one does. */
  readonly broken: AbortSignal;
  /** One scenario at a time: the others wait. The emulators know the phrases and answers of one. */
  run(scenario: Scenario, options?: StoryRunOptions): Promise<ScenarioResult>;
  onLogLine(listener: (line: LogLine) => void): () => void;
  /** Ends everything, in reverse order; resolves when every process is gone. Idempotent. */
  stop(): Promise<void>;
}

export interface StoryRunOptions extends RunOptions {
  /** What happens to the calls of this run, as it happens. */
  readonly onStory?: (line: StoryLine) => void;
}

/** The FQDN by which the edge knows the enterprise's SBC. */
const TRUNK = 'sbc.enterprise.test';
const BUILD_TIMEOUT_MS = 60_000;
const REQUEST_TIMEOUT_MS = 20_000;

/** Starts the whole of it on loopback. Rejects with a message for a person, and then nothing is left behind. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { onProgress = () => undefined, callsFolder = path.join(rootFolder, 'calls') } = options;
  const signal = options.signal ?? new AbortController().signal;
  const adjust: AdjustEnvironment = options.adjust ?? ((_program, environment) => Promise.resolve(environment));
  const config = options.config ?? stackConfig({});
  const listeners = new Set<(line: LogLine) => void>(options.onLogLine ? [options.onLogLine] : []);
  const onLine = (line: LogLine): void => {
    for (const listener of listeners) listener(line);
  };
  onProgress('bundling the functions');
  await buildFunctions(signal);
  let programs: Programs | undefined;
  let enterprise: Enterprise | undefined;
  const closeAll = async (): Promise<void> => {
    await enterprise?.close();
    await programs?.stop();
  };
  try {
    onProgress('the enterprise: SBC, callers, queues of people');
    enterprise = await Enterprise.start({ fqdn: TRUNK });
    logVisits(enterprise, onLine);
    programs = await startPrograms({ config, deskUrl: enterprise.deskUrl, onProgress, onLine, adjust, signal });
    await announce(programs, enterprise);
  } catch (error) {
    await closeAll();
    throw error;
  }
  const running = programs;
  const { addresses, bridges, broken, environment, functions } = running;
  const surroundings: Surroundings = {
    enterprise,
    edgeSip: addresses.sip,
    speechUrl: addresses.speechUrl,
    openaiUrl: addresses.modelUrl,
    edgeControlUrl: addresses.edgeControlUrl,
    onLogLine: (listener) => listen(listeners, listener),
    callsFolder,
  };
  const queue = new Queue();
  const ending = new AbortController();
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    ending.abort(new Error('the stack is ending'));
    // Calls hang up first: their last messages want somebody to answer them.
    await queue.idle();
    await closeAll();
  };
  return {
    addresses,
    environment,
    bridges,
    functions,
    enterprise,
    broken,
    get pids() {
      return running.pids;
    },
    run: (scenario, { onStory, ...runOptions } = {}) =>
      queue.run(async () => {
        const ends = [broken, ending.signal, ...(runOptions.signal ? [runOptions.signal] : [])];
        for (const end of ends) end.throwIfAborted();
        const stopTelling = onStory === undefined ? undefined : tellStory(listeners, onStory);
        try {
          const result = await runScenario(scenario, surroundings, { ...runOptions, signal: AbortSignal.any(ends) });
          // What did not happen in a run that was cut short says nothing of the product.
          for (const end of ends) end.throwIfAborted();
          return result;
        } finally {
          stopTelling?.();
        }
      }),
    onLogLine: (listener) => listen(listeners, listener),
    stop: () => (stopping ??= stop()),
  };
}

function listen<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tellStory(listeners: Set<(line: LogLine) => void>, onStory: (line: StoryLine) => void): () => void {
  const story = new Story();
  return listen(listeners, (line) => {
    const told = story.read(line);
    if (told !== undefined) onStory(told);
  });
}

/** The enterprise runs in this process: what its phones see is logged like the lines of the others, once a state. */
function logVisits(enterprise: Enterprise, onLine: (line: LogLine) => void): void {
  const states = new WeakMap<QueueVisit, QueueVisit['state']>();
  enterprise.onVisit((visit) => {
    const { sipCallId, from, number, state, status, headers } = visit;
    if (states.get(visit) === state) return;
    states.set(visit, state);
    const fields = { sipCallId, from, queue: number, state, status, headers };
    onLine({ component: 'enterprise', time: Date.now(), msg: 'queue phone', ...fields });
  });
}

/** As a program: bundling is no part of the emulator, which imports nothing of the product or its build. */
async function buildFunctions(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const build = spawn(process.execPath, ['infra/build/bundle.ts', 'functions'], {
    cwd: rootFolder,
    stdio: ['ignore', 'ignore', 'pipe'],
    signal: AbortSignal.any([signal, AbortSignal.timeout(BUILD_TIMEOUT_MS)]),
  });
  let complaint = '';
  build.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const status = await new Promise((resolve, reject) => {
    build.once('error', reject);
    build.once('close', resolve);
  });
  if (status !== 0) throw new Error(`the functions could not be bundled:\n${complaint.trim()}`);
}

/** The edge learns whom to tell of calls and where the enterprise's SBC is. */
async function announce({ addresses, webhookUrl }: Programs, enterprise: Enterprise): Promise<void> {
  const { edgeControlUrl } = addresses;
  const [address, port] = enterprise.sip.tcp.split(':');
  await put(`${edgeControlUrl}/trunks/${TRUNK}`, { address, port: Number(port), transport: 'tcp' });
  await put(`${edgeControlUrl}/event-subscriptions/incoming-call`, { webhookUrl, schema: 'event-grid' });
}

async function put(url: string, body: object): Promise<void> {
  const response = await fetch(url, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  if (response.ok) return;
  const detail = (await response.text()).slice(0, 500);
  throw new Error(`the edge refused ${new URL(url).pathname} with ${response.status}: ${detail}`);
}
