import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A trunk as the edge's control API takes it. */
export interface TrunkAddress {
  readonly fqdn: string;
  readonly transport: 'udp' | 'tcp' | 'tls';
  readonly port: number;
}

export interface EdgeProcess {
  readonly url: string;
  readonly controlUrl: string;
  readonly accessKey: string;
  port(transport: 'udp' | 'tcp' | 'tls'): number;
  subscribe(webhookUrl: string): Promise<void>;
  setTrunk(trunk: TrunkAddress): Promise<void>;
  control(method: string, path: string, body: unknown): Promise<void>;
  /** SIP messages and refusals the edge logged: shown when a test fails. */
  readonly log: readonly string[];
  close(): Promise<void>;
}

/** The edge as it runs in production: its own process, told everything by its environment. */
export async function startEdge(environment: Readonly<Record<string, string>> = {}): Promise<EdgeProcess> {
  const accessKey = randomBytes(32).toString('base64');
  const child = spawn(process.execPath, ['sip-edge/main.ts'], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'] ?? '',
      EDGE_SIP_LISTEN: 'udp:127.0.0.1:0,tcp:127.0.0.1:0',
      EDGE_RTP_ADDRESS: '127.0.0.1',
      EDGE_HTTP_LISTEN: '127.0.0.1:0',
      EDGE_CONTROL_LISTEN: '127.0.0.1:0',
      EDGE_ACCESS_KEY: accessKey,
      EDGE_RESOURCE_ID: randomUUID(),
      EDGE_ALLOW_INSECURE_URLS: 'true',
      EXIT_WITH_PARENT: '1',
      LOG_LEVEL: 'debug',
      ...environment,
    },
  });
  const log: string[] = [];
  const listening = await ready(child, log);

  async function control(method: string, path: string, body: unknown): Promise<void> {
    const response = await fetch(`${listening.control}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  }

  return {
    url: listening.http,
    controlUrl: listening.control,
    accessKey,
    log,
    control,
    port(transport) {
      const address = listening.sip.find((candidate) => candidate.startsWith(`${transport}:`));
      if (address === undefined) throw new Error(`The edge does not listen on ${transport}`);
      return Number(address.split(':').at(-1));
    },
    subscribe: (webhookUrl) =>
      control('PUT', '/event-subscriptions/incoming-call', { webhookUrl, schema: 'event-grid' }),
    setTrunk: ({ fqdn, transport, port }) =>
      control('PUT', `/trunks/${fqdn}`, { address: '127.0.0.1', transport, port }),
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

interface Listening {
  readonly http: string;
  readonly control: string;
  readonly sip: readonly string[];
}

function ready(child: ChildProcess, log: string[]): Promise<Listening> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) =>
      reject(new Error(`The edge ended with ${code} before it was ready:\n${log.join('\n')}`)),
    );
    createInterface({ input: child.stdout! }).on('line', (line) => {
      log.push(line);
      if (!line.includes('"msg":"ready"')) return;
      resolve((JSON.parse(line) as { listening: Listening }).listening);
    });
  });
}
