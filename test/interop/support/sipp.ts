import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';
import { program } from './programs.ts';

const SCENARIOS = fileURLToPath(new URL('../sipp/', import.meta.url));

export interface SippOptions {
  /** Where its files go. */
  readonly folder: string;
  /** A file of test/interop/sipp. */
  readonly scenario: string;
  readonly transport: 'udp' | 'tcp';
  readonly localPort: number;
  /** Where it sends to; without it, it waits to be called. */
  readonly remotePort?: number;
  /** The number it calls. */
  readonly service?: string;
  /** Texts of the scenario to put others in place of: SIPp takes no keywords where it streams. */
  readonly replace?: Readonly<Record<string, string>>;
  readonly calls?: number;
  readonly ratePerS?: number;
}

export interface Sipp {
  /** Resolves at its end; rejects with SIPp's own account of it when a call went otherwise than its scenario. */
  readonly done: Promise<void>;
  /** All messages it sent and got so far, as they were on the wire. */
  messages(): Promise<string>;
  /** Ends it where the test is over before its scenario is. */
  close(): Promise<void>;
}

export async function startSipp(options: SippOptions): Promise<Sipp> {
  const { folder, scenario, transport, localPort, remotePort, service, calls = 1, ratePerS = 1 } = options;
  const file = (name: string): string => join(folder, `${localPort}-${name}`);
  const errors = file('errors.log');
  const messages = file('messages.log');
  let text = await readFile(join(SCENARIOS, scenario), 'utf8');
  for (const [from, to] of Object.entries(options.replace ?? {})) text = text.replaceAll(from, to);
  await writeFile(file(scenario), text);
  const child = spawn(
    program('sipp'),
    [
      ...(remotePort === undefined ? [] : [`127.0.0.1:${remotePort}`]),
      ...(service === undefined ? [] : ['-s', service]),
      ...['-sf', file(scenario), '-i', '127.0.0.1', '-p', String(localPort)],
      ...['-t', transport === 'udp' ? 'u1' : 't1', '-m', String(calls), '-l', String(calls), '-r', String(ratePerS)],
      ...['-mp', String((await freePort()) & ~1)],
      ...['-nostdin', '-timeout', '30s', '-timeout_error', '-trace_err', '-error_file', errors],
      ...['-trace_msg', '-message_file', messages],
    ],
    { cwd: folder, stdio: 'ignore', timeout: 45_000 },
  );
  const done = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status, signal) => {
      if (status === 0) resolve();
      else {
        void readFile(errors, 'utf8')
          .catch(() => '')
          .then((account) => reject(new Error(`SIPp (${scenario}) ended with ${status ?? signal}\n${account}`)));
      }
    });
  });
  // Whoever waits hears of it; a test that ends before does not.
  done.catch(() => undefined);
  return {
    done,
    messages: () => readFile(messages, 'utf8').catch(() => ''),
    async close() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await done.catch(() => undefined);
    },
  };
}

/** What is waited for while SIPp runs: when SIPp fails first, its account of it is what the test says. */
export function during<Result>(run: Promise<void>, wanted: Promise<Result>): Promise<Result> {
  return Promise.race([wanted, run.then(() => wanted)]);
}
