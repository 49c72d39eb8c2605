import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { QueueVisit } from '../../../emulator/enterprise/queue-phones.ts';
import { unrollCopies } from '../../../emulator/scenario/copies.ts';
import { prepare, type Preparation } from '../../../emulator/scenario/prepare.ts';
import { RunLog } from '../../../emulator/scenario/run-log.ts';
import type { LogLine } from '../../../emulator/scenario/surroundings.ts';
import { Wake } from '../../../emulator/scenario/wake.ts';
import { stackConfig } from '../../../emulator/stack/config.ts';
import { startStack, type Stack } from '../../../emulator/stack/stack.ts';
import type { FaultRow, Line, Program, SecondService } from '../rows/row.ts';
import { writeAgents, staff, type RowNumbers } from './agents.ts';
import type { CallId } from '#core/ids';
import { writeEarlierTalk } from './earlier-talk.ts';
import { CallRows } from './call-rows.ts';
import { Lines } from './lines.ts';
import { SecondFunctions } from './second-functions.ts';
import { startOutsideService, type OutsideService } from './outside-service.ts';
import { vocabulary } from './words.ts';

export interface NumberedRow {
  readonly row: FaultRow;
  readonly numbers: RowNumbers;
}

export interface WorldOptions {
  readonly rows: readonly NumberedRow[];
  readonly onLine: (line: LogLine) => void;
  readonly signal: AbortSignal;
}

interface WorldParts {
  readonly stack: Stack;
  readonly lines: Lines;
  readonly preparation: Preparation;
  readonly rows: CallRows;
  readonly log: RunLog;
  readonly wake: Wake;
  readonly outside: OutsideService;
  /** Past every proxy. */
  readonly storage: string;
  readonly folder: string;
  readonly clocks: Map<Program, number>;
  readonly second: Set<SecondService>;
  readonly startSecondFunctions: () => Promise<SecondFunctions>;
  readonly visits: QueueVisit[];
}

const CLOCK = new URL('skewed-clock.ts', import.meta.url).href;
const COMPILED = path.join(tmpdir(), 'trunkline-compiled');
const REQUEST_TIMEOUT_MS = 5_000;

/** A local stack with a proxy on every connection between the product and what it depends on, and callers with things to say. */
export class World {
  readonly stack: Stack;
  readonly lines: Lines;
  readonly voices: Preparation['voices'];
  readonly callRows: CallRows;
  readonly log: RunLog;
  readonly wake: Wake;
  readonly #parts: WorldParts;
  #secondFunctions: SecondFunctions | undefined;

  private constructor(parts: WorldParts) {
    this.#parts = parts;
    this.stack = parts.stack;
    this.lines = parts.lines;
    this.voices = parts.preparation.voices;
    this.callRows = parts.rows;
    this.log = parts.log;
    this.wake = parts.wake;
  }

  static async start({ rows, onLine, signal }: WorldOptions): Promise<World> {
    const folder = await mkdtemp(path.join(tmpdir(), 'trunkline-faults-'));
    const outside = await startOutsideService();
    const lines = new Lines();
    const log = new RunLog();
    const wake = new Wake();
    const clocks = new Map<Program, number>();
    const second = new Set<SecondService>();
    let storage = '';
    let functionsEnvironment: Readonly<Record<string, string>> = {};
    const named = async (line: Line): Promise<string> =>
      (await lines.through(line, outside.url)).replace('127.0.0.1', 'localhost');
    const toolUrl = await named('bridge>tool');
    const customersUrls = { bridge: await named('bridge>customers'), functions: await named('functions>customers') };
    await writeAgents(path.join(folder, 'agents'), rows, toolUrl);
    // What the bridge of one row reports of its services is not to turn away the call of the next.
    const admissionFile = path.join(folder, 'admission.yaml');
    await writeFile(admissionFile, 'then: { unhealthy: answer }\n');
    const onLogLine = (line: LogLine): void => {
      // The clock of a program may be wrong on purpose: what counts is when we were told.
      log.add({ ...line, time: Date.now() });
      wake.notify();
      onLine(line);
    };
    const stack = await startStack({
      config: stackConfig({ AGENT: 'standard' }),
      signal,
      callsFolder: folder,
      onLogLine,
      adjust: async (program, environment) => {
        storage ||= environment['STORAGE_CONNECTION_STRING'] ?? '';
        const aheadS = clocks.get(program);
        const skewed = { NODE_OPTIONS: `--import=${CLOCK}`, CLOCK_AHEAD_S: String(aheadS) };
        const { CUSTOMERS_FILE: _none, ...adjusted } = await lines.adjusted(program, environment, second);
        const customersUrl = customersUrls[program];
        const changed = {
          ...adjusted,
          // Programs are started again and again: not each time from source.
          NODE_COMPILE_CACHE: COMPILED,
          TOOL_HOSTS: [environment['TOOL_HOSTS'] ?? [], ...[toolUrl, customersUrl].map((url) => new URL(url).host)]
            .flat()
            .join(),
          CUSTOMERS_BY_NUMBER_URL: `${customersUrl}/customers/{digits}`,
          AGENTS_DIR: path.join(folder, 'agents'),
          ADMISSION_FILE: admissionFile,
          ...(aheadS === undefined ? {} : skewed),
        };
        if (program === 'functions') functionsEnvironment = changed;
        return changed;
      },
    });
    const { addresses, enterprise } = stack;
    const visits: QueueVisit[] = [];
    const scenario = vocabulary(staff(rows));
    const preparation = await prepare(
      scenario,
      unrollCopies(scenario.callers),
      {
        enterprise,
        edgeSip: addresses.sip,
        speechUrl: addresses.speechUrl,
        openaiUrl: addresses.modelUrl,
        edgeControlUrl: addresses.edgeControlUrl,
        onLogLine: (listener) => stack.onLogLine(listener),
        callsFolder: folder,
      },
      folder,
    );
    enterprise.staffQueues(preparation.queues);
    enterprise.onVisit((visit) => {
      if (!visits.includes(visit)) visits.push(visit);
      wake.notify();
    });
    const callRows = new CallRows(storage);
    return new World({
      stack,
      storage,
      lines,
      preparation,
      rows: callRows,
      log,
      wake,
      outside,
      folder,
      clocks,
      second,
      startSecondFunctions: () => SecondFunctions.start(functionsEnvironment, onLogLine, signal),
      visits,
    });
  }

  /** Calls of this caller that reached a queue, whichever way. */
  visitsOf(caller: string): readonly QueueVisit[] {
    return this.#parts.visits.filter(({ from }) => from === caller);
  }

  /** Counts from the next start of that program; `undefined` is everybody's time. */
  setClock(program: Program, aheadS: number | undefined): void {
    if (aheadS === undefined) this.#parts.clocks.delete(program);
    else this.#parts.clocks.set(program, aheadS);
  }

  /** Counts from the next start of a bridge. */
  setSecond(service: SecondService | undefined): void {
    this.#parts.second.clear();
    if (service !== undefined) this.#parts.second.add(service);
  }

  async restart(program: Program): Promise<void> {
    const { stack } = this;
    if (program === 'functions') {
      await stack.functions.kill();
      await stack.functions.start();
      return;
    }
    const old = stack.bridges.running;
    await stack.bridges.add();
    await Promise.all(old.map((replica) => replica.drain()));
  }

  /** There were hours of talk in this call already, with a bridge that is gone. */
  writeEarlierTalk(callId: CallId): Promise<void> {
    return writeEarlierTalk(this.#parts.storage, callId);
  }

  /** From now on each offer comes to two instances, which share everything but their memory. */
  async startSecondFunctions(): Promise<void> {
    const before = this.#secondFunctions;
    const second = await this.#parts.startSecondFunctions();
    this.#secondFunctions = second;
    const hook = new URL(this.stack.environment['EVENT_GRID_WEBHOOK'] ?? '');
    const webhookUrl = `${second.url}${hook.pathname}${hook.search}`;
    await this.#edge('PUT', '/event-subscriptions/second-instance', { webhookUrl, schema: 'event-grid' });
    await before?.close();
  }

  async stopSecondFunctions(): Promise<void> {
    await this.#secondFunctions?.stop();
  }

  async changeEdge(settings: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#edge('PUT', '/settings', settings);
  }

  async edgeSettings(): Promise<Readonly<Record<string, unknown>>> {
    return (await this.#edge('GET', '/settings')) as Readonly<Record<string, unknown>>;
  }

  /** Correlation ids of the calls that the edge has now. */
  async edgeCalls(): Promise<readonly string[]> {
    const { calls } = (await this.#edge('GET', '/calls')) as { calls: { correlationId: string }[] };
    return calls.map(({ correlationId }) => correlationId);
  }

  async stop(): Promise<void> {
    const { lines, outside, folder } = this.#parts;
    // What hangs at a proxy would keep the stack from ending in order.
    await lines.mend();
    await this.stack.stop();
    await this.#secondFunctions?.close();
    await lines.close();
    await outside.close();
    await rm(folder, { recursive: true, force: true });
  }

  async #edge(method: string, route: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.stack.addresses.edgeControlUrl}${route}`, {
      method,
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (!response.ok) throw new Error(`the edge refused ${method} ${route}: ${await response.text()}`);
    return response.json();
  }
}
