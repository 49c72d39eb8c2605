import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import { azuriteArgs, azuriteReady, newAccount } from '../../../emulator/stack/process/azurite.ts';
import { Child } from '../../../emulator/stack/process/child.ts';
import { readReadyLine } from '../../../emulator/stack/process/ready-line.ts';

const run = promisify(execFile);
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const BUNDLE = path.join(ROOT, 'dist/media-bridge/main.js');
const AGENT = 'card-services';
/** pino's number. */
const WARNING_LEVEL = 40;
const COMPLAINT_MAX_CHARS = 500;
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 15_000;
/** Read once: afterwards this process itself has fewer. */
const CORES = availableParallelism();
/** `CLK_TCK` of Linux on every machine Node runs on. */
const TICKS_PER_SECOND = 100;

/** The end-of-turn pause, whatever the caller says: a setting, and taken off the latency. It is the agent's own for a finished sentence. */
export const END_OF_TURN_MS = 200;

export interface BridgeOptions {
  readonly thinkAhead: 'off' | 'on-final' | 'on-partial';
  /** Where a CPU profile is left when the process ends. */
  readonly profileFolder?: string;
}

export interface Complaint {
  readonly times: number;
  /** What the first of them says, cut. */
  readonly first: string;
}

/** The bundled bridge as it is deployed, its storage beside it, each a process of its own. */
export interface BridgeProcess {
  readonly url: string;
  readonly storage: string;
  /** Warnings and errors of its log, by message. */
  readonly complaints: ReadonlyMap<string, Complaint>;
  /** CPU time used so far, both modes; undefined where the system does not tell. */
  cpuMs(): Promise<number | undefined>;
  rssBytes(): Promise<number | undefined>;
  stop(): Promise<void>;
}

/** The bundle is made with the build of the deployables: what is measured is what is shipped. */
export async function buildBridge(): Promise<void> {
  await run(process.execPath, [path.join(ROOT, 'infra/build/bundle.ts'), 'media-bridge'], { cwd: ROOT });
}

export async function startBridgeProcess(
  environment: Readonly<Record<string, string>>,
  options: BridgeOptions,
  signal: AbortSignal,
): Promise<BridgeProcess> {
  const folder = await mkdtemp(path.join(tmpdir(), 'trunkline-bench-'));
  const children: Child[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(children.map((child) => child.stop(STOP_TIMEOUT_MS)));
    if (CORES > 1) await pin(process.pid, `0-${CORES - 1}`);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const account = newAccount();
    const azurite = new Child({
      name: 'storage',
      args: azuriteArgs,
      cwd: folder,
      env: account.env,
      onLine: () => undefined,
    });
    children.push(azurite);
    const storage = await azuriteReady(azurite, account, START_TIMEOUT_MS, signal);
    const complaints = new Map<string, Complaint>();
    const bridge = new Child({
      name: 'media bridge',
      args: [...profileArguments(options), BUNDLE],
      cwd: folder,
      env: {
        ...environment,
        HOST: '127.0.0.1',
        PORT: '0',
        DRAIN_TIMEOUT_MS: '0',
        ALLOW_INSECURE_URLS: 'true',
        STORAGE_CONNECTION_STRING: storage,
        AGENTS_DIR: await writeAgents(folder, options),
        AGENT,
      },
      onLine: (line) => {
        const { level, msg } = line;
        if (typeof level !== 'number' || level < WARNING_LEVEL) return;
        const before = complaints.get(String(msg));
        complaints.set(String(msg), {
          times: (before?.times ?? 0) + 1,
          first: before?.first ?? JSON.stringify(line).slice(0, COMPLAINT_MAX_CHARS),
        });
      },
    });
    children.push(bridge);
    const { http } = await bridge.waitFor(readReadyLine, START_TIMEOUT_MS, signal);
    const pid = bridge.pid ?? 0;
    await giveCores({ bridge: pid, others: [azurite.pid ?? 0] });
    return {
      url: http,
      storage,
      complaints,
      cpuMs: async () => cpuMsIn(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')),
      rssBytes: async () => rssIn(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function profileArguments({ profileFolder }: BridgeOptions): string[] {
  return profileFolder === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profileFolder];
}

/** The repository's agent, alone, in one language and without its knowledge base: every sound is an answer of the bench's model, and few prompts are prepared. */
async function writeAgents(folder: string, { thinkAhead }: BridgeOptions): Promise<string> {
  const [from, to] = [path.join(ROOT, 'agents'), path.join(folder, 'agents')];
  await cp(path.join(from, 'languages'), path.join(to, 'languages'), { recursive: true });
  const definition = parse(await readFile(path.join(from, `${AGENT}.yaml`), 'utf8')) as Definition;
  const { knowledge: _knowledge, agents: _agents, ...rest } = definition;
  const pauses = ['shortAnswerMs', 'finishedMs', 'plainMs', 'unfinishedMs', 'dictatingMs'];
  const changed = {
    ...rest,
    languages: definition.languages
      .slice(0, 1)
      .map((language) => ({ ...language, greetingUnknown: 'Hello, how can I help you?' })),
    maxReplyTokens: 1_000,
    maxReplyChars: 5_000,
    fillerAfterMs: 10_000,
    silence: { repromptAfterMs: 60_000 },
    turnTaking: {
      ...definition.turnTaking,
      thinkAhead,
      endOfTurn: Object.fromEntries(pauses.map((name) => [name, END_OF_TURN_MS])),
    },
  };
  await writeFile(path.join(to, `${AGENT}.yaml`), stringify(changed));
  return to;
}

interface Definition extends Readonly<Record<string, unknown>> {
  readonly knowledge?: unknown;
  readonly agents?: unknown;
  readonly turnTaking?: object;
  readonly languages: readonly object[];
}

/** One core for the bridge alone, the rest for everybody else, where the system can (`taskset` of util-linux). */
async function giveCores({ bridge, others }: { bridge: number; others: readonly number[] }): Promise<void> {
  if (CORES < 2) return;
  const rest = CORES === 2 ? '0' : `0-${CORES - 2}`;
  await pin(bridge, String(CORES - 1));
  for (const pid of [process.pid, ...others]) await pin(pid, rest);
}

async function pin(pid: number, cores: string): Promise<void> {
  await run('taskset', ['-acp', cores, String(pid)]).catch(() => undefined);
}

/** proc(5): utime and stime are fields 14 and 15; the name before may hold spaces. */
function cpuMsIn(stat: string): number | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return Number.isNaN(ticks) ? undefined : (ticks * 1_000) / TICKS_PER_SECOND;
}

function rssIn(status: string): number | undefined {
  const [, kib] = /^VmRSS:\s+(\d+) kB/m.exec(status) ?? [];
  return kib === undefined ? undefined : Number(kib) * 1024;
}
