import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Child } from './child.ts';

const ACCOUNT = 'trunkline';
const SERVICES = ['Blob', 'Queue', 'Table'] as const;
type Service = (typeof SERVICES)[number];

/** What starts Azurite so that it ends with its parent. */
export const azuriteArgs: readonly string[] = [
  fileURLToPath(new URL('azurite-with-parent.ts', import.meta.url)),
  createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js'),
  '--inMemoryPersistence',
  '--disableTelemetry',
  '--skipApiVersionCheck',
  '--silent',
  ...SERVICES.flatMap((service) => [
    ...[`--${service.toLowerCase()}Host`, '127.0.0.1'],
    ...[`--${service.toLowerCase()}Port`, '0'],
  ]),
];

export interface AzuriteAccount {
  /** Base64. */
  readonly key: string;
  readonly env: Readonly<Record<string, string>>;
}

/** An account of this stack alone, in place of the published development account. */
export function newAccount(): AzuriteAccount {
  const key = randomBytes(64).toString('base64');
  return { key, env: { AZURITE_ACCOUNTS: `${ACCOUNT}:${key}` } };
}

/** Resolves with a connection string once its three services listen. */
export async function azuriteReady(
  child: Child,
  account: AzuriteAccount,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string> {
  const urls = new Map<Service, string>();
  await child.waitFor(
    (text) => {
      const [, name, url] = /^Azurite (\w+) service is successfully listening at (http:\S+?)\/?$/.exec(text) ?? [];
      const service = SERVICES.find((one) => one === name);
      if (service !== undefined && url !== undefined) urls.set(service, url);
      return urls.size === SERVICES.length ? true : undefined;
    },
    timeoutMs,
    signal,
  );
  const endpoints = SERVICES.map((service) => `${service}Endpoint=${urls.get(service) ?? ''}/${ACCOUNT}`);
  return `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${account.key};${endpoints.join(';')};`;
}
