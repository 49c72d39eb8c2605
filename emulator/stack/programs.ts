import type { LogLine } from '../scenario/surroundings.ts';
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

export interface Programs extends Pick<Stack, 'addresses' | 'pids' | 'broken' | 'stop'> {
  /** Where Event Grid brings calls, with its key. */
  readonly webhookUrl: string;
}

interface ProgramsOptions {
  readonly config: StackConfig;
  readonly onProgress: (what: string) => void;
  readonly onLine: (line: LogLine) => void;
  readonly signal: AbortSignal;
}

/** Generous: twenty cold processes may share two cores. */
const READY_TIMEOUT_MS = 45_000;
/** The functions host lets what runs end for ten seconds. */
const STOP_GRACE_MS = 12_000;

/** Starts the processes in the order in which one needs the address of another. On failure everything started is ended again. */
export async function startPrograms({ config, onProgress, onLine, signal }: ProgramsOptions): Promise<Programs> {
  const children: Child[] = [];
  const broken = new AbortController();
  let stopping: Promise<void> | undefined;
  const start = (name: string, args: readonly string[], env: Readonly<Record<string, string>>): Child => {
    onProgress(name);
    const child = new Child({ name, args, env, cwd: rootFolder, onLine });
    children.push(child);
    void child.exited.then((exit) => {
      if (stopping === undefined) broken.abort(child.failure(exit));
    });
    return child;
  };
  // One child's end ends the wait for another, which may hang because of it.
  const starting = AbortSignal.any([signal, broken.signal]);
  const startAndWait = (name: string, main: string, env: Readonly<Record<string, string>>): Promise<Listening> =>
    start(name, [main], env).waitFor(readReadyLine, READY_TIMEOUT_MS, starting);
  const endAll = async (): Promise<void> => {
    for (const child of children.toReversed()) await child.stop(STOP_GRACE_MS);
  };
  const stop = (): Promise<void> => (stopping ??= endAll());

  try {
    const secrets = newSecrets();
    const account = newAccount();
    const azurite = start('Azurite: tables and queues', azuriteArgs, account.env);
    const [storage, speech, model] = await Promise.all([
      azuriteReady(azurite, account, READY_TIMEOUT_MS, starting),
      startAndWait('speech emulator', 'emulator/speech/main.ts', speechEnvironment(secrets)),
      config.model ? undefined : startAndWait('model emulator', 'emulator/openai/main.ts', modelEnvironment(secrets)),
    ]);
    const edge = await startAndWait('SIP edge', 'sip-edge/main.ts', edgeEnvironment(secrets, config, speech.http));
    const functionsUrl = `http://127.0.0.1:${await freePort()}`;
    const backend = { root: rootFolder, edgeUrl: edge.http, functionsUrl, storage };
    const bridge = await startAndWait(
      'media bridge',
      'media-bridge/main.ts',
      bridgeEnvironment(secrets, config, { ...backend, speechUrl: speech.http, modelUrl: model?.http }),
    );
    await startAndWait(
      'functions host',
      'emulator/functions-host/main.ts',
      functionsEnvironment(secrets, config, { ...backend, bridgeUrl: bridge.http }),
    );
    if (edge.control === undefined) throw new Error('the edge has no control API');
    const hook = new URL('/runtime/webhooks/eventgrid', functionsUrl);
    hook.search = new URLSearchParams({ functionName: 'incomingCall', code: secrets.hostKey }).toString();
    return {
      addresses: {
        sip: { tcp: sipAddress(edge, 'tcp'), udp: sipAddress(edge, 'udp') },
        edgeUrl: edge.http,
        edgeControlUrl: edge.control,
        functionsUrl,
        bridgeUrl: bridge.http,
        speechUrl: speech.http,
        modelUrl: model?.http,
      },
      webhookUrl: hook.href,
      pids: children.flatMap(({ pid }) => pid ?? []),
      broken: broken.signal,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
