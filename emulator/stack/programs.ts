import { Ingress } from '../ingress/ingress.ts';
import type { LogLine } from '../scenario/surroundings.ts';
import { Bridges } from './bridges.ts';
import { rootFolder, type StackConfig } from './config.ts';
import { azuriteArgs, azuriteReady, newAccount } from './process/azurite.ts';
import { Child } from './process/child.ts';
import {
  bridgeEnvironment,
  edgeEnvironment,
  functionsEnvironment,
  modelEnvironment,
  newSecrets,
  speechEnvironment,
} from './process/environments.ts';
import { freePort } from './process/free-port.ts';
import { readReadyLine, sipAddress, type Listening } from './process/ready-line.ts';
import type { Stack } from './stack.ts';

export interface Programs extends Pick<
  Stack,
  'addresses' | 'environment' | 'pids' | 'broken' | 'bridges' | 'functions' | 'stop'
> {
  /** Where Event Grid brings calls, with its key. */
  readonly webhookUrl: string;
}

interface ProgramsOptions {
  readonly config: StackConfig;
  /** Where the enterprise says how its queues are. */
  readonly deskUrl: string;
  readonly onProgress: (what: string) => void;
  readonly onLine: (line: LogLine) => void;
  readonly adjust: AdjustEnvironment;
  readonly signal: AbortSignal;
}

type Environment = Readonly<Record<string, string>>;

/** The environment that a program of the product gets in place of its own, at each of its starts: for what is to stand between it and the rest. */
export type AdjustEnvironment = (program: 'bridge' | 'functions', environment: Environment) => Promise<Environment>;

/** Generous: twenty cold processes may share two cores. */
const READY_TIMEOUT_MS = 45_000;
/** The functions host lets what runs end for ten seconds. */
const STOP_GRACE_MS = 12_000;
/** A bridge's calls write what they know after the grace period. */
const DRAIN_MARGIN_MS = 12_000;

/** Starts the processes in the order in which one needs the address of another. On failure everything started is ended again. */
export async function startPrograms({
  config,
  deskUrl,
  onProgress,
  onLine,
  adjust,
  signal,
}: ProgramsOptions): Promise<Programs> {
  const children = new Set<Child>();
  const broken = new AbortController();
  let stopping: Promise<void> | undefined;
  const breakWith = (reason: Error): void => {
    if (stopping === undefined) broken.abort(reason);
  };
  const start = (
    name: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    onOutput = onLine,
  ): Child => {
    onProgress(name);
    const child = new Child({ name, args, env, cwd: rootFolder, onLine: onOutput });
    children.add(child);
    void child.exited.then(() => children.delete(child));
    return child;
  };
  const startNeeded = (name: string, args: readonly string[], env: Readonly<Record<string, string>>): Child => {
    const child = start(name, args, env);
    void child.exited.then((exit) => breakWith(child.failure(exit)));
    return child;
  };
  // One child's end ends the wait for another, which may hang because of it.
  const starting = AbortSignal.any([signal, broken.signal]);
  const whenReady = (child: Child): Promise<Listening> => child.waitFor(readReadyLine, READY_TIMEOUT_MS, starting);
  const startAndWait = (name: string, main: string, env: Readonly<Record<string, string>>): Promise<Listening> =>
    whenReady(startNeeded(name, [main], env));
  let ingress: Ingress | undefined;
  const endAll = async (): Promise<void> => {
    for (const child of [...children].toReversed()) await child.stop(STOP_GRACE_MS);
    await ingress?.close();
  };
  const stop = (): Promise<void> => (stopping ??= endAll());

  try {
    const secrets = newSecrets();
    const account = newAccount();
    const azurite = startNeeded('Azurite: tables and queues', azuriteArgs, account.env);
    const [storage, speech, model] = await Promise.all([
      azuriteReady(azurite, account, READY_TIMEOUT_MS, starting),
      startAndWait('speech emulator', 'emulator/speech/main.ts', speechEnvironment(secrets, config)),
      config.model ? undefined : startAndWait('model emulator', 'emulator/openai/main.ts', modelEnvironment(secrets)),
    ]);
    const edge = await startAndWait('SIP edge', 'sip-edge/main.ts', edgeEnvironment(secrets, config, speech.http));
    const functionsUrl = `http://127.0.0.1:${await freePort()}`;
    const backend = { root: rootFolder, edgeUrl: edge.http, functionsUrl, storage };
    ingress = await Ingress.start();
    const bridgeUrl = ingress.url;
    const bridgeEnv = bridgeEnvironment(secrets, config, {
      ...backend,
      deskUrl,
      speechUrl: speech.http,
      modelUrl: model?.http,
    });
    const bridges = new Bridges({
      ingress,
      drainLimitMs: config.bridges.drainTimeoutMs + DRAIN_MARGIN_MS,
      onNoneLeft: breakWith,
      start: async (replica) => {
        const name = config.bridges.count === 1 ? 'media bridge' : `media bridge ${replica}`;
        const child = start(name, ['media-bridge/main.ts'], await adjust('bridge', bridgeEnv), (line) =>
          onLine({ ...line, replica }),
        );
        return { child, url: (await whenReady(child)).http };
      },
    });
    await Promise.all(Array.from({ length: config.bridges.count }, () => bridges.add()));
    const functionsEnv = functionsEnvironment(secrets, config, { ...backend, bridgeUrl });
    const functions = new RestartableProgram(breakWith, async () => {
      const child = start(
        'functions host',
        ['emulator/functions-host/main.ts'],
        await adjust('functions', functionsEnv),
      );
      await whenReady(child);
      return child;
    });
    await functions.start();
    if (edge.control === undefined) throw new Error('the edge has no control API');
    const hook = new URL('/runtime/webhooks/eventgrid', functionsUrl);
    hook.search = new URLSearchParams({ functionName: 'incomingCall', code: secrets.hostKey }).toString();
    return {
      addresses: {
        sip: { tcp: sipAddress(edge, 'tcp'), udp: sipAddress(edge, 'udp') },
        edgeUrl: edge.http,
        edgeControlUrl: edge.control,
        functionsUrl,
        bridgeUrl,
        speechUrl: speech.http,
        modelUrl: model?.http,
      },
      environment: { ...bridgeEnv, ...functionsEnv, EVENT_GRID_WEBHOOK: hook.href },
      bridges,
      functions,
      webhookUrl: hook.href,
      get pids() {
        return [...children].flatMap(({ pid }) => pid ?? []);
      },
      broken: broken.signal,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A program that may be killed and started again, at the same address, while the others go on. */
class RestartableProgram {
  readonly #start: () => Promise<Child>;
  readonly #onEnd: (reason: Error) => void;
  #child: Child | undefined;

  constructor(onEnd: (reason: Error) => void, start: () => Promise<Child>) {
    this.#onEnd = onEnd;
    this.#start = start;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    if (this.#child !== undefined) return;
    const child = await this.#start();
    this.#child = child;
    void child.exited.then((exit) => {
      if (this.#child === child) this.#onEnd(child.failure(exit));
    });
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    await child?.kill();
  }
}
