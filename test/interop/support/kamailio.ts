import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { program } from './programs.ts';

const CONFIGURATION = fileURLToPath(new URL('../../../infra/sbc/kamailio/kamailio.cfg', import.meta.url));
const CERTIFICATES = fileURLToPath(new URL('../../fixtures/sip-tls/', import.meta.url));
/** The name in its certificate. */
const SBC = 'sbc.enterprise.test';

export interface KamailioOptions {
  /** For IVRs and the queue, UDP. */
  readonly port: number;
  /** For services. */
  readonly tlsPort: number;
  /** TLS ports of the services, the preferred one first. */
  readonly services: readonly number[];
  readonly queuePort: number;
  /** Further values of its configuration, as they stand there. */
  readonly define?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

export interface Kamailio {
  /** Resolves with the first line of its log that matches, past or future; rejects when it ends before. */
  said(pattern: RegExp): Promise<string>;
  readonly log: readonly string[];
  close(): Promise<void>;
}

/** Kamailio with our configuration, in the foreground. Resolves once it answers OPTIONS. */
export async function startKamailio(options: KamailioOptions): Promise<Kamailio> {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-kamailio-'));
  const servicesFile = join(folder, 'services.list');
  const lines = options.services.map(
    (port, index) => `1 sip:127.0.0.1:${port};transport=tls 8 ${100 - index} socket=tls:127.0.0.1:${options.tlsPort}\n`,
  );
  await writeFile(servicesFile, lines.join(''));
  const values: Readonly<Record<string, string>> = {
    IVR_LISTEN: `udp:127.0.0.1:${options.port}`,
    IVR_ADDRESS: text(`127.0.0.1:${options.port}`),
    SERVICE_LISTEN: `tls:127.0.0.1:${options.tlsPort}`,
    SBC_NAME: text(SBC),
    SBC_URI: text(`sip:${SBC}:${options.tlsPort};transport=tls`),
    SERVICE_NAME: text('edge.trunkline.test'),
    QUEUE_URI: text(`sip:127.0.0.1:${options.queuePort}`),
    SERVICES_FILE: text(servicesFile),
    CERTIFICATE: text(join(CERTIFICATES, 'sbc.pem')),
    PRIVATE_KEY: text(join(CERTIFICATES, 'sbc.key')),
    AUTHORITIES: text(join(CERTIFICATES, 'ca.pem')),
    ...options.define,
  };
  const defines = [...Object.entries(values).map(([name, value]) => `${name}=${value}`), ...(options.flags ?? [])];
  const child = spawn(
    program('kamailio'),
    [
      ...['-f', CONFIGURATION, '-DD', '-E', '-m', '32', '-M', '4'],
      ...['-Y', folder, '-P', join(folder, 'kamailio.pid')],
      ...defines.flatMap((define) => ['-A', define]),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const log: string[] = [];
  const waiting = new Set<{ readonly pattern: RegExp; resolve(line: string): void; reject(error: Error): void }>();
  const account = (): Error => new Error(`Kamailio ended; its log:\n${log.join('\n')}`);
  let state: 'running' | 'ended' = 'running';
  createInterface({ input: child.stderr }).on('line', (line) => {
    log.push(line);
    for (const waiter of waiting) {
      if (!waiter.pattern.test(line)) continue;
      waiting.delete(waiter);
      waiter.resolve(line);
    }
  });
  const exited = new Promise<void>((resolve) => {
    child.once('close', () => {
      state = 'ended';
      for (const waiter of waiting) waiter.reject(account());
      resolve();
    });
  });
  const close = async (): Promise<void> => {
    if (state === 'running') child.kill('SIGTERM');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  const answers = await Promise.race([answersOptions(options.port), exited.then(() => 'ended' as const)]);
  if (answers !== 'yes') {
    await close();
    throw account();
  }
  return {
    log,
    close,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const found = log.find((line) => pattern.test(line));
        if (found !== undefined) resolve(found);
        else if (state === 'ended') reject(account());
        else waiting.add({ pattern, resolve, reject });
      }),
  };
}

function text(value: string): string {
  return `"${value}"`;
}

/** Asks until it answers, as a SIP client repeats a request: it says nothing when it has begun to listen. */
function answersOptions(port: number): Promise<'yes' | 'no'> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const finish = (result: 'yes' | 'no'): void => {
      clearInterval(repeat);
      clearTimeout(limit);
      socket.close();
      resolve(result);
    };
    socket.on('message', () => finish('yes'));
    socket.on('error', () => undefined);
    const ask = (): void => {
      const from = socket.address().port;
      const request = [
        `OPTIONS sip:127.0.0.1:${port} SIP/2.0`,
        `Via: SIP/2.0/UDP 127.0.0.1:${from};branch=z9hG4bK-ready;rport`,
        'From: <sip:ready@ivr.test>;tag=ready',
        'To: <sip:ready@ivr.test>',
        'Call-ID: ready',
        'CSeq: 1 OPTIONS',
        'Max-Forwards: 70',
        'Content-Length: 0',
      ];
      socket.send(`${request.join('\r\n')}\r\n\r\n`, port, '127.0.0.1');
    };
    let repeat: NodeJS.Timeout | undefined;
    const limit = setTimeout(() => finish('no'), 15_000);
    socket.bind(0, '127.0.0.1', () => {
      ask();
      repeat = setInterval(ask, 100);
    });
  });
}
