import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import { azuriteArgs, azuriteReady, newAccount } from '../../../emulator/stack/process/azurite.ts';
import { Child } from '../../../emulator/stack/process/child.ts';
import { readReadyLine } from '../../../emulator/stack/process/ready-line.ts';
import { root } from '../../../infra/build/deployable.ts';
import { AUDIENCE } from '../../support/bridge-under-test.ts';

const run = promisify(execFile);
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 15_000;

/** What is deployed. */
export const BUNDLE = path.join(root, 'dist/functions/main.cjs');

export interface FunctionsProcess {
  /** Where Event Grid brings calls, with its key. */
  readonly webhookUrl: string;
  /** Warnings and errors of its log, by message. */
  readonly complaints: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

export async function buildFunctions(): Promise<void> {
  await run(process.execPath, [path.join(root, 'infra/build/bundle.ts'), 'functions'], { cwd: root });
}

/** Settings of the app; `storage` is a connection string. */
export function functionsSettings(callAutomationUrl: string, storage: string): Readonly<Record<string, string>> {
  return {
    ACS_ENDPOINT: callAutomationUrl,
    ACS_ACCESS_KEY: randomBytes(64).toString('base64'),
    ACS_RESOURCE_ID: AUDIENCE,
    ACS_JWKS_URL: `${callAutomationUrl}/calling/keys`,
    STORAGE_CONNECTION_STRING: storage,
    AzureWebJobsStorage: storage,
    TICKET_SECRET: randomBytes(32).toString('base64url'),
    CALLBACK_BASE_URL: 'http://127.0.0.1:9/api',
    MEDIA_BASE_URL: 'ws://127.0.0.1:9',
    AGENTS_DIR: path.join(root, 'agents'),
    ALLOW_INSECURE_URLS: 'true',
    // No media ever comes here: by the time somebody looks after the callers, the figures are made.
    WATCHDOG_MS: '60000',
    LOG_LEVEL: 'info',
  };
}

/** The bundled app under the emulated Functions host as the local stack has it, its storage beside it, each a process of its own. */
export async function startFunctionsProcess(callAutomationUrl: string, signal: AbortSignal): Promise<FunctionsProcess> {
  const children: Child[] = [];
  const stop = async (): Promise<void> => {
    for (const child of children.toReversed()) await child.stop(STOP_TIMEOUT_MS);
  };
  const complaints = new Map<string, number>();
  const start = (name: string, args: readonly string[], env: Readonly<Record<string, string>>): Child => {
    const child = new Child({
      name,
      args,
      cwd: root,
      env,
      onLine: ({ level, msg }) => {
        if (typeof level === 'number' && level >= 40)
          complaints.set(String(msg), (complaints.get(String(msg)) ?? 0) + 1);
      },
    });
    children.push(child);
    return child;
  };
  try {
    const account = newAccount();
    const storage = await azuriteReady(start('storage', azuriteArgs, account.env), account, START_TIMEOUT_MS, signal);
    const hostKey = randomBytes(32).toString('base64url');
    const host = start('functions host', ['emulator/functions-host/main.ts'], {
      ...functionsSettings(callAutomationUrl, storage),
      FUNCTIONS_LISTEN: '127.0.0.1:0',
      FUNCTIONS_APP_DIR: root,
      FUNCTIONS_HOST_KEY: hostKey,
    });
    const { http } = await host.waitFor(readReadyLine, START_TIMEOUT_MS, signal);
    const hook = new URL('/runtime/webhooks/eventgrid', http);
    hook.search = new URLSearchParams({ functionName: 'incomingCall', code: hostKey }).toString();
    return { webhookUrl: hook.href, complaints, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
