import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { program } from './programs.ts';

export interface BaresipOptions {
  /** User part of its address: an E.164 number. */
  readonly number: string;
  readonly port: number;
  /** Played to the other side: 8 kHz mono WAV. */
  readonly wav: Uint8Array;
  /** Dialled at once. Without it, baresip answers whoever calls. */
  readonly dial?: string;
  readonly codec: 'pcmu' | 'pcma';
}

export interface Baresip {
  /** Resolves with the first line of its console that matches, past or future; rejects when baresip ends before. */
  said(pattern: RegExp): Promise<string>;
  readonly console: readonly string[];
  /** What is waited for elsewhere; rejects with the console when baresip ends before. */
  during<Result>(wanted: Promise<Result>): Promise<Result>;
  /** Hangs up and ends. */
  close(): Promise<void>;
}

/** A softphone that nobody here wrote, without a sound card: it plays a file and records what it hears into another. */
export async function startBaresip(options: BaresipOptions): Promise<Baresip> {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-baresip-'));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'speech.wav'), options.wav);
  await writeFile(join(folder, 'config'), config(folder, options.port));
  await writeFile(
    join(folder, 'accounts'),
    `<sip:${options.number}@127.0.0.1:${options.port};transport=udp>;regint=0;audio_codecs=${options.codec};answermode=auto\n`,
  );
  await writeFile(join(folder, 'contacts'), '');
  const dial = options.dial === undefined ? [] : ['-e', `/dial ${options.dial}`];
  const child = spawn(program('baresip'), ['-f', folder, ...dial], { stdio: ['pipe', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const waiting = new Set<{ readonly pattern: RegExp; resolve(line: string): void; reject(error: Error): void }>();
  let ended = false;
  const account = (): Error => new Error(`baresip ended; its console:\n${lines.join('\n')}`);
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      for (const waiter of waiting) {
        if (!waiter.pattern.test(line)) continue;
        waiting.delete(waiter);
        waiter.resolve(line);
      }
    });
  }
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      ended = true;
      for (const waiter of waiting) waiter.reject(account());
      resolve();
    });
  });
  return {
    console: lines,
    during: (wanted) => Promise.race([wanted, exited.then(() => Promise.reject(account()))]),
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const found = lines.find((line) => pattern.test(line));
        if (found !== undefined) resolve(found);
        else if (ended) reject(account());
        else waiting.add({ pattern, resolve, reject });
      }),
    async close() {
      if (!ended) child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function config(folder: string, port: number): string {
  return [
    `sip_listen 127.0.0.1:${port}`,
    'call_max_calls 4',
    'audio_source aufile,' + join(folder, 'speech.wav'),
    'audio_player aufile,' + join(folder, 'heard.wav'),
    'audio_alert aufile,' + join(folder, 'alert.wav'),
    'ausrc_srate 8000',
    'auplay_srate 8000',
    'ausrc_channels 1',
    'auplay_channels 1',
    'rtp_ports 20000-29999',
    'jitter_buffer_delay 2-5',
    'module_path /usr/lib/baresip/modules',
    'module g711.so',
    'module aufile.so',
    'module_tmp account.so',
    'module_app menu.so',
    '',
  ].join('\n');
}
