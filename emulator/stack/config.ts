import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import * as z from 'zod';
import { listenAddress } from '../process/listen-address.ts';
import { readSettings } from '../process/settings.ts';

/** The repository, which is what the stack runs. */
export const rootFolder = fileURLToPath(new URL('../../', import.meta.url));

const DEFAULT_PORT = 4070;

/** A line `NAME=` in `.env` says nothing. */
const absent = (value: unknown): unknown => (value === '' ? undefined : value);
const text = z.preprocess(absent, z.string().optional());

const schema = z
  .object({
    STACK_LISTEN: z.preprocess(absent, listenAddress.optional()),
    EDGE_SIP_LISTEN: text,
    STACK_BRIDGES: z.preprocess(absent, z.coerce.number('expected a number').int().min(1).max(8).default(1)),
    STACK_KEPT_CLAUSES: z.preprocess(absent, z.coerce.number('expected a number').int().min(0).default(0)),
    DRAIN_TIMEOUT_MS: z.preprocess(absent, z.coerce.number('expected milliseconds').int().min(0).default(1_000)),
    AGENT: text,
    TELEPHONY: z.preprocess(
      absent,
      z.enum(['edge', 'teams-phone'], 'expected "edge" or "teams-phone"').default('edge'),
    ),
    DTMF_SOURCE: text,
    SPEECH_ENDPOINT: text,
    SPEECH_REGION: text,
    SPEECH_KEY: text,
    SPEECH_SECONDARY_ENDPOINT: text,
    SPEECH_SECONDARY_REGION: text,
    SPEECH_SECONDARY_KEY: text,
    OPENAI_ENDPOINT: text,
    OPENAI_API_KEY: text,
    OPENAI_DEPLOYMENT: text,
    OPENAI_API_VERSION: text,
    OPENAI_REASONING_EFFORT: text,
    OPENAI_SECONDARY_ENDPOINT: text,
    OPENAI_SECONDARY_API_KEY: text,
    OPENAI_SECONDARY_DEPLOYMENT: text,
  })
  .refine((env) => env.SPEECH_KEY !== undefined || env.SPEECH_REGION === undefined, {
    path: ['SPEECH_KEY'],
    message: 'expected beside SPEECH_REGION',
  })
  .refine((env) => env.OPENAI_DEPLOYMENT !== undefined || env.OPENAI_ENDPOINT === undefined, {
    path: ['OPENAI_DEPLOYMENT'],
    message: 'expected beside OPENAI_ENDPOINT: the name of a model deployment',
  });

/** Settings of one of Azure's services, by the names that the bridge knows them by. */
type AzureSettings = Readonly<Record<string, string>>;

/** What the tools of agents may ask, and with which secrets: the names of the secrets are the agents' own. */
const TOOL_SETTING = /^TOOL_(?:HOSTS$|SECRET_)/;
/** Where traces go; the name of a program is its own. */
const TELEMETRY_SETTING = /^OTEL_(?!SERVICE_NAME$)/;
const CUSTOMER_SETTING = /^(?:TOOL_HOSTS$|CUSTOMERS_)/;

export interface StackConfig {
  /** Without a setting, another port is taken when this one is not free. */
  readonly listen: { readonly host: string; readonly port: number; readonly isDefault: boolean };
  readonly sipListen: string;
  /** Replicas of the bridge behind one address. A local bridge does not wait long for calls that nobody will end. */
  readonly bridges: { readonly count: number; readonly drainTimeoutMs: number };
  /** What the emulated voice keeps of what it has spoken; 0: each clause takes its time, as it does for one caller. */
  readonly keptClauses: number;
  readonly agent: string | undefined;
  /** The edge's calls as they are, or as Teams Phone Extensibility would bring them; the product is told alike. */
  readonly telephony: 'edge' | 'teams-phone';
  /** Where the caller's keys come from, in the product's words. */
  readonly keySource: string | undefined;
  /** Azure's speech for the bridge; without it, the emulator. */
  readonly speech: AzureSettings | undefined;
  /** Azure's model for the bridge; without it, the emulator. */
  readonly model: AzureSettings | undefined;
  /** `TOOL_HOSTS` and each `TOOL_SECRET_<name>`, as the bridge reads them. */
  readonly tools: Readonly<Record<string, string>>;
  /** Each `OTEL_…`, as all programs read them. */
  readonly telemetry: Readonly<Record<string, string>>;
  /** A source of customers beside the invented ones: each `CUSTOMERS_…`, and where it may be. */
  readonly customers: Readonly<Record<string, string>>;
}

/** From `.env` in the repository, when there is one, and from the environment, which wins. Throws `SettingsError`. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): StackConfig {
  const file = path.join(rootFolder, '.env');
  return stackConfig({ ...(existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}), ...env });
}

/** Throws `SettingsError` that names every wrong setting. */
export function stackConfig(env: Readonly<Record<string, string | undefined>>): StackConfig {
  const settings = readSettings('stack', schema, env);
  const { host, port } = settings.STACK_LISTEN ?? { host: '127.0.0.1', port: DEFAULT_PORT };
  // A key alone, lying in somebody's shell for another program, sends nobody's voice to the cloud.
  const usesAzureSpeech = settings.SPEECH_ENDPOINT !== undefined || settings.SPEECH_REGION !== undefined;
  return {
    listen: { host, port, isDefault: settings.STACK_LISTEN === undefined },
    sipListen: settings.EDGE_SIP_LISTEN ?? 'udp:127.0.0.1:0,tcp:127.0.0.1:0',
    bridges: { count: settings.STACK_BRIDGES, drainTimeoutMs: settings.DRAIN_TIMEOUT_MS },
    keptClauses: settings.STACK_KEPT_CLAUSES,
    agent: settings.AGENT,
    telephony: settings.TELEPHONY,
    keySource: settings.DTMF_SOURCE,
    speech: usesAzureSpeech ? given(/^SPEECH_/, settings) : undefined,
    model: settings.OPENAI_ENDPOINT === undefined ? undefined : given(/^OPENAI_/, settings),
    tools: given(TOOL_SETTING, env),
    telemetry: given(TELEMETRY_SETTING, env),
    customers: given(CUSTOMER_SETTING, env),
  };
}

function given(names: RegExp, settings: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(settings).filter(
      (entry): entry is [string, string] => names.test(entry[0]) && typeof entry[1] === 'string' && entry[1] !== '',
    ),
  );
}
