import * as z from 'zod';
import { listenAddress, logLevel } from '../process/listen-address.ts';
import { readSettings } from '../process/settings.ts';

const schema = z.object({
  SPEECH_LISTEN: listenAddress.default({ host: '127.0.0.1', port: 0 }),
  SPEECH_KEY: z.string().min(1).optional(),
  SPEECH_THREADS: z.coerce.number().int().min(1).max(16).default(2),
  SPEECH_KEPT_CLAUSES: z.coerce.number().int().min(0).max(10_000).default(0),
  LOG_LEVEL: logLevel,
  EXIT_WITH_PARENT: z.enum(['0', '1']).default('0'),
});

export interface SpeechConfig {
  readonly listen: z.infer<typeof listenAddress>;
  readonly key: string | undefined;
  readonly threads: number;
  readonly keptClauses: number;
  readonly logLevel: z.infer<typeof logLevel>;
  readonly exitWithParent: boolean;
}

/** Throws `SettingsError` that names every wrong setting. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): SpeechConfig {
  const settings = readSettings('speech emulator', schema, env);
  return {
    listen: settings.SPEECH_LISTEN,
    key: settings.SPEECH_KEY,
    threads: settings.SPEECH_THREADS,
    keptClauses: settings.SPEECH_KEPT_CLAUSES,
    logLevel: settings.LOG_LEVEL,
    exitWithParent: settings.EXIT_WITH_PARENT === '1',
  };
}
