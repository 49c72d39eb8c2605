import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { StorageAccount } from '#adapters/storage/settings';

const AZURITE = fileURLToPath(new URL('../../node_modules/azurite/dist/src/azurite.js', import.meta.url));
/** Azurite's published development account: a secret to nobody. */
const ACCOUNT = 'devstoreaccount1';
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const SERVICES = ['Blob', 'Queue', 'Table'] as const;
const START_TIMEOUT_MS = 25_000;

export interface Azurite {
  readonly connectionString: string;
  /** The same, as the product's settings have it. */
  readonly account: StorageAccount;
  stop(): Promise<void>;
}

/** Azure Storage on this machine: in memory, ports chosen by the system, its telemetry off. */
export async function startAzurite(): Promise<Azurite> {
  const child = spawn(
    process.execPath,
    [
      AZURITE,
      '--inMemoryPersistence',
      '--disableTelemetry',
      '--skipApiVersionCheck',
      '--silent',
      ...SERVICES.flatMap((service) => [`--${service.toLowerCase()}Port`, '0']),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  try {
    const urls = await listening(child.stdout, exited);
    const endpoints = SERVICES.map((service) => `${service}Endpoint=${urls.get(service) ?? ''}/${ACCOUNT}`);
    const connectionString = `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${KEY};${endpoints.join(';')};`;
    return { connectionString, account: { by: 'connection-string', connectionString, allowInsecure: true }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function listening(output: NodeJS.ReadableStream, exited: Promise<void>): Promise<ReadonlyMap<string, string>> {
  const urls = new Map<string, string>();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('Azurite did not start in time')), START_TIMEOUT_MS);
    createInterface({ input: output }).on('line', (line) => {
      const [, service, url] = /Azurite (\w+) service is successfully listening at (\S+)/.exec(line) ?? [];
      if (service === undefined || url === undefined) return;
      urls.set(service, url.replace(/\/$/, ''));
      if (urls.size < SERVICES.length) return;
      clearTimeout(timer);
      resolve(urls);
    });
    void exited.then(() => {
      clearTimeout(timer);
      reject(new Error('Azurite ended before it listened'));
    });
  });
}
