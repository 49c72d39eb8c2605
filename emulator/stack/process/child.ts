import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { createInterface } from 'node:readline';
import type { LogLine } from '../../scenario/surroundings.ts';
import { parseJson } from '../../http/body.ts';

export interface ChildOptions {
  /** As a person knows it. */
  readonly name: string;
  /** Arguments of Node: the script, then its own. */
  readonly args: readonly string[];
  readonly cwd: string;
  /** All it gets: nothing of our own environment goes with it. */
  readonly env: Readonly<Record<string, string>>;
  readonly onLine: (line: LogLine) => void;
}

/** Lines kept for telling why a child ended. */
const LAST_LINES = 12;
const LINE_MAX_CHARS = 400;

type Exit = { readonly status: number | null; readonly signal: NodeJS.Signals | null };

/** One process of the stack. It ends with us, however we end: its standard input is a pipe that closes. */
export class Child {
  readonly name: string;
  readonly exited: Promise<Exit>;
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lastLines: string[] = [];
  readonly #textListeners = new Set<(text: string) => void>();
  readonly #onLine: (line: LogLine) => void;
  #stopping: Promise<void> | undefined;

  constructor({ name, args, cwd, env, onLine }: ChildOptions) {
    this.name = name;
    this.#onLine = onLine;
    // A group of its own: Ctrl-C at the terminal reaches the stack alone, which then ends everything in order.
    this.#process = spawn(process.execPath, args, {
      cwd,
      env: { ...env, EXIT_WITH_PARENT: '1' },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    // A child that is gone makes our end of the pipe fail; `exited` tells.
    this.#process.stdin.on('error', () => undefined);
    this.exited = new Promise((resolve) => {
      this.#process.once('close', (status, signal) => resolve({ status, signal }));
      this.#process.once('error', (error) => {
        this.#lastLines.push(error.message);
        resolve({ status: null, signal: null });
      });
    });
    createInterface({ input: this.#process.stdout }).on('line', (text) => this.#read(text));
    createInterface({ input: this.#process.stderr }).on('line', (text) => this.#remember(text));
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /**
   * The first line of standard output that `find` finds something in. Rejects when the child ends before, when it takes too long, and
   * with the reason of `signal`.
   */
  waitFor<Found>(find: (text: string) => Found | undefined, timeoutMs: number, signal: AbortSignal): Promise<Found> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.#textListeners.delete(onText);
        signal.removeEventListener('abort', onAbort);
      };
      const fail = (error: Error): void => {
        settle();
        reject(error);
      };
      const onText = (text: string): void => {
        const found = find(text);
        if (found === undefined) return;
        settle();
        resolve(found);
      };
      const onAbort = (): void => fail(signal.reason instanceof Error ? signal.reason : new Error('interrupted'));
      const timer = setTimeout(
        () => fail(new Error(this.#told(`was not ready after ${timeoutMs / 1_000} s`))),
        timeoutMs,
      );
      this.#textListeners.add(onText);
      signal.addEventListener('abort', onAbort);
      if (signal.aborted) onAbort();
      void this.exited.then((exit) => fail(this.failure(exit)));
    });
  }

  /** Why it ended, with its last lines. */
  failure({ status, signal }: Exit): Error {
    return new Error(
      this.#told(signal === null ? `ended with status ${status ?? 'unknown'}` : `was ended by ${signal}`),
    );
  }

  /** Resolves when it is gone: SIGTERM, and SIGKILL to this one process when that does not help in time. Idempotent. */
  stop(graceMs: number): Promise<void> {
    return (this.#stopping ??= this.#stop(graceMs));
  }

  /** SIGKILL. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.exited;
    this.#process.stdin.destroy();
  }

  async #stop(graceMs: number): Promise<void> {
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), graceMs);
    await this.exited;
    clearTimeout(timer);
    this.#process.stdin.destroy();
  }

  #read(text: string): void {
    this.#remember(text);
    const line = parseJson(text);
    if (typeof line === 'object' && line !== null && !Array.isArray(line)) this.#onLine(line as LogLine);
    for (const listener of this.#textListeners) listener(text);
  }

  #remember(text: string): void {
    this.#lastLines.push(text.length > LINE_MAX_CHARS ? `${text.slice(0, LINE_MAX_CHARS)}…` : text);
    if (this.#lastLines.length > LAST_LINES) this.#lastLines.shift();
  }

  #told(what: string): string {
    return [`${this.name} ${what}`, ...this.#lastLines.map((line) => `  ${line}`)].join('\n');
  }
}
