import * as z from 'zod';
import { listenAddress, logLevel } from '../process/listen-address.ts';
import { readSettings } from '../process/settings.ts';

const schema = z.object({
  OPENAI_LISTEN: listenAddress.default({ host: '127.0.0.1', port: 0 }),
  OPENAI_API_KEY: z.string().min(1).optional(),
  /** Comma list; any deployment exists when it is left out. */
  OPENAI_DEPLOYMENTS: z
    .string()
    .default('')
    .transform((list) => list.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]))),
  OPENAI_WORD_DELAY_MS: z.coerce.number().int().min(0).max(5000).default(10),
  LOG_LEVEL: logLevel,
  EXIT_WITH_PARENT: z.enum(['0', '1']).default('0'),
});

export interface OpenAiConfig {
  readonly listen: z.infer<typeof listenAddress>;
  readonly apiKey: string | undefined;
  readonly deployments: readonly string[];
  readonly wordDelayMs: number;
  readonly logLevel: z.infer<typeof logLevel>;
  readonly exitWithParent: boolean;
}

/** Throws `SettingsError` that names every wrong setting. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): OpenAiConfig {
  const settings = readSettings('OpenAI emulator', schema, env);
  return {
    listen: settings.OPENAI_LISTEN,
    apiKey: settings.OPENAI_API_KEY,
    deployments: settings.OPENAI_DEPLOYMENTS,
    wordDelayMs: settings.OPENAI_WORD_DELAY_MS,
    logLevel: settings.LOG_LEVEL,
    exitWithParent: settings.EXIT_WITH_PARENT === '1',
  };
}
