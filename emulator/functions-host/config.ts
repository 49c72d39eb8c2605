import * as z from 'zod';
import { listenAddress, logLevel } from '../process/listen-address.ts';
import { readSettings } from '../process/settings.ts';

const schema = z.object({
  FUNCTIONS_LISTEN: listenAddress.default({ host: '127.0.0.1', port: 0 }),
  /** Folder of `host.json` and `package.json`. */
  FUNCTIONS_APP_DIR: z.string().min(1).default('.'),
  FUNCTIONS_HOST_KEY: z.string().min(16, 'expected at least 16 characters'),
  FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: z.coerce.number().int().min(1).default(104_857_600),
  LOG_LEVEL: logLevel,
  EXIT_WITH_PARENT: z.enum(['0', '1']).default('0'),
});

export interface FunctionsHostConfig {
  readonly listen: z.infer<typeof listenAddress>;
  readonly folder: string;
  readonly hostKey: string;
  readonly bodyMaxBytes: number;
  readonly logLevel: z.infer<typeof logLevel>;
  readonly exitWithParent: boolean;
  /** What the app gets: everything given, except what is the host's own. */
  readonly appSettings: Readonly<Record<string, string | undefined>>;
}

/** Throws `SettingsError` that names every wrong setting. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): FunctionsHostConfig {
  const settings = readSettings('Functions host', schema, env);
  const { FUNCTIONS_HOST_KEY: _hostKey, EXIT_WITH_PARENT: _exitWithParent, ...appSettings } = env;
  return {
    listen: settings.FUNCTIONS_LISTEN,
    folder: settings.FUNCTIONS_APP_DIR,
    hostKey: settings.FUNCTIONS_HOST_KEY,
    bodyMaxBytes: settings.FUNCTIONS_REQUEST_BODY_SIZE_LIMIT,
    logLevel: settings.LOG_LEVEL,
    exitWithParent: settings.EXIT_WITH_PARENT === '1',
    appSettings: { ...appSettings, FUNCTIONS_WORKER_RUNTIME: 'node' },
  };
}
