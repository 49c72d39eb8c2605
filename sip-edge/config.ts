/** Settings of the process, read once; every wrong one is named at once. */
import * as z from 'zod';
import { resourceAccountsSchema } from './calls/identifiers.ts';
import { refusalStatus, settingsSchema } from './settings.ts';
import { isWildcard, parseListenAddress } from './sip/listen-address.ts';

/** Where nobody waits at a terminal for the end; a platform that kills sooner needs less. */
const DEFAULT_DRAIN_TIMEOUT_MS = 30_000;
const MAX_DRAIN_TIMEOUT_MS = 3_600_000;
const MAX_RETRY_AFTER_S = 3_600;

const absent = (value: unknown): unknown => (value === '' ? undefined : value);
const flag = z
  .preprocess(absent, z.enum(['true', 'false', '1', '0']).default('false'))
  .transform((value) => value === 'true' || value === '1');
const text = z.preprocess(absent, z.string().optional());
const webUrl = z.preprocess(absent, z.url({ protocol: /^https?$/ }).optional());

const httpListen = z.string().transform((value, context) => {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(value);
  const port = Number(match?.[3]);
  if (match !== null && port <= 65_535) return { host: match[1] ?? match[2] ?? '', port };
  context.addIssue({ code: 'custom', message: 'is not HOST:PORT' });
  return z.NEVER;
});

const sipListen = z.string().transform((value, context) =>
  value.split(',').map((part) => {
    const address = parseListenAddress(part);
    if (address !== undefined) return address;
    context.addIssue({ code: 'custom', message: `"${part}" is not udp|tcp|tls:IP:PORT` });
    return z.NEVER;
  }),
);

/** Named in SDP, where a wildcard means hold. */
const rtpAddress = z
  .union([z.ipv4(), z.ipv6()])
  .refine((address) => !isWildcard(address), { message: 'is a wildcard: name the address that peers send sound to' });

const portRange = z.string().transform((value, context) => {
  const [, first = '', last = ''] = /^(\d{1,5})-(\d{1,5})$/.exec(value) ?? [];
  const range = { firstPort: Number(first), lastPort: Number(last) };
  if (first !== '' && range.firstPort <= range.lastPort && range.lastPort <= 65_535) return range;
  context.addIssue({ code: 'custom', message: 'is not FIRST-LAST' });
  return z.NEVER;
});

const retries = z.string().transform((value, context) => {
  if (/^(?:\d|10)$/.test(value)) return Number(value);
  context.addIssue({ code: 'custom', message: 'is not a number from 0 to 10' });
  return z.NEVER;
});

/** `none:503,busy:486`: reasons that are left out keep their status. */
const rejectStatuses = z.string().transform((value, context) => {
  const statuses: { none?: number; busy?: number; forbidden?: number } = {};
  for (const part of value.split(',')) {
    const [, reason, status] = /^\s*(none|busy|forbidden):(\d{3})\s*$/.exec(part) ?? [];
    if (reason === undefined || !refusalStatus.safeParse(Number(status)).success) {
      context.addIssue({ code: 'custom', message: `"${part}" is not none|busy|forbidden:400 to 699` });
      return z.NEVER;
    }
    Object.assign(statuses, { [reason]: Number(status) });
  }
  return statuses;
});

/** `+18005550199=<object id>,...`, each number once. */
const resourceAccounts = z.string().transform((value, context) => {
  const pairs = value.split(',').map((pair) => pair.split('=').map((part) => part.trim()));
  const accounts = resourceAccountsSchema.safeParse(Object.fromEntries(pairs));
  const isWhole = pairs.every((pair) => pair.length === 2);
  if (accounts.success && isWhole && Object.keys(accounts.data).length === pairs.length) return accounts.data;
  context.addIssue({ code: 'custom', message: 'is not NUMBER=OBJECT-ID with commas, each number once' });
  return z.NEVER;
});

const retryAfter = z.string().transform((value, context) => {
  if (/^\d{1,4}$/.test(value) && Number(value) <= MAX_RETRY_AFTER_S) return Number(value);
  context.addIssue({ code: 'custom', message: 'is not a number of seconds up to an hour' });
  return z.NEVER;
});

const drainTimeout = z.string().transform((value, context) => {
  if (/^\d{1,7}$/.test(value) && Number(value) <= MAX_DRAIN_TIMEOUT_MS) return Number(value);
  context.addIssue({ code: 'custom', message: 'is not a number of milliseconds up to an hour' });
  return z.NEVER;
});

const milliseconds = (least: number, most: number, standard: number) =>
  z.preprocess(absent, z.coerce.number('is not a number of milliseconds').int().min(least).max(most).default(standard));

const accessKey = z.string().transform((value, context) => {
  const key = Buffer.from(value, 'base64');
  if (key.length >= 16) return key;
  context.addIssue({ code: 'custom', message: 'is not base64 of at least 16 bytes' });
  return z.NEVER;
});

const environment = z
  .object({
    EDGE_SIP_LISTEN: z.preprocess(absent, sipListen.prefault('udp:127.0.0.1:5060,tcp:127.0.0.1:5060')),
    EDGE_SIP_DOMAIN: text,
    EDGE_TLS_CERT_FILE: text,
    EDGE_TLS_KEY_FILE: text,
    EDGE_TLS_CA_FILE: text,
    EDGE_TRUNKS_FILE: text,
    EDGE_RTP_ADDRESS: z.preprocess(absent, rtpAddress.default('127.0.0.1')),
    EDGE_RTP_PORTS: z.preprocess(absent, portRange.prefault('49152-53247')),
    EDGE_HTTP_LISTEN: z.preprocess(absent, httpListen.prefault('127.0.0.1:8080')),
    EDGE_PUBLIC_URL: webUrl,
    EDGE_ACCESS_KEY: accessKey,
    EDGE_RESOURCE_ID: z.guid(),
    EDGE_BEARER_ISSUER: webUrl,
    EDGE_BEARER_AUDIENCE: z.preprocess(absent, z.string().default('https://communication.azure.com')),
    EDGE_BEARER_JWKS_URL: webUrl,
    EDGE_EVENT_GRID_WEBHOOK: webUrl,
    EDGE_EVENT_GRID_SCHEMA: z.preprocess(absent, z.enum(['event-grid', 'cloud-events']).default('event-grid')),
    EDGE_HEADER_CASING: z.preprocess(absent, settingsSchema.shape.headerCasing),
    EDGE_TEAMS_RESOURCE_ACCOUNTS: z.preprocess(absent, resourceAccounts.optional()),
    EDGE_TRANSFER_BYE: z.preprocess(absent, settingsSchema.shape.transferBye),
    EDGE_CALLBACK_RETRIES: z.preprocess(absent, retries.prefault('3')),
    EDGE_REJECT_STATUSES: z.preprocess(absent, rejectStatuses.optional()),
    EDGE_REJECT_RETRY_AFTER_S: z.preprocess(absent, retryAfter.prefault('5')),
    EDGE_TRANSFER_HEADERS: z.preprocess(absent, z.enum(['message', 'refer-to']).default('message')),
    EDGE_CONTROL_LISTEN: z.preprocess(absent, httpListen.optional()),
    EDGE_RECORDINGS_DIR: text,
    EDGE_ALLOW_INSECURE_URLS: flag,
    EDGE_TTS_URL: webUrl,
    EDGE_DRAIN_TIMEOUT_MS: z.preprocess(absent, drainTimeout.optional()),
    EXIT_WITH_PARENT: flag,
    LOG_LEVEL: z.preprocess(absent, z.enum(['debug', 'info', 'warn', 'error']).default('info')),
    OTEL_SDK_DISABLED: flag,
    OTEL_EXPORTER_OTLP_ENDPOINT: webUrl,
    OTEL_EXPORTER_OTLP_PROTOCOL: z.preprocess(
      absent,
      z.enum(['http/protobuf', 'http/json'], 'is not http/protobuf or http/json').default('http/protobuf'),
    ),
    OTEL_BSP_SCHEDULE_DELAY: milliseconds(10, 60_000, 5_000),
    APPLICATIONINSIGHTS_CONNECTION_STRING: z.preprocess(
      absent,
      z
        .string()
        .regex(/^InstrumentationKey=/i, 'is not the connection string of an Application Insights resource')
        .optional(),
    ),
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: text,
  })
  .refine((env) => (env.EDGE_BEARER_ISSUER === undefined) === (env.EDGE_BEARER_JWKS_URL === undefined), {
    path: ['EDGE_BEARER_ISSUER'],
    message: 'and EDGE_BEARER_JWKS_URL are set together or not at all',
  })
  .refine(
    (env) => env.EDGE_SIP_DOMAIN !== undefined || !env.EDGE_SIP_LISTEN.some(({ address }) => isWildcard(address)),
    { path: ['EDGE_SIP_DOMAIN'], message: 'is needed when EDGE_SIP_LISTEN has a wildcard: peers cannot call 0.0.0.0' },
  )
  .refine(
    (env) =>
      !env.EDGE_SIP_LISTEN.some(({ transport }) => transport === 'tls') ||
      (env.EDGE_TLS_CERT_FILE !== undefined &&
        env.EDGE_TLS_KEY_FILE !== undefined &&
        env.EDGE_TLS_CA_FILE !== undefined),
    { path: ['EDGE_TLS_CERT_FILE'], message: ', EDGE_TLS_KEY_FILE and EDGE_TLS_CA_FILE are needed to listen on tls' },
  );

/** Undefined when traces are to go nowhere. */
function telemetryOf(env: z.infer<typeof environment>) {
  const connectionString = env.APPLICATIONINSIGHTS_CONNECTION_STRING;
  const hasNowhere = env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined && connectionString === undefined;
  if (env.OTEL_SDK_DISABLED || hasNowhere) return undefined;
  return {
    // The exporter itself reads where to, and the headers.
    otlp: env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined ? undefined : env.OTEL_EXPORTER_OTLP_PROTOCOL,
    azureMonitor:
      connectionString === undefined
        ? undefined
        : {
            connectionString,
            byIdentity: /\bAuthorization=AAD\b/i.test(env.APPLICATIONINSIGHTS_AUTHENTICATION_STRING ?? ''),
          },
    spanDelayMs: env.OTEL_BSP_SCHEDULE_DELAY,
  };
}

export class InvalidConfiguration extends Error {
  override readonly name = 'InvalidConfiguration';
}

export type EdgeConfig = ReturnType<typeof loadConfig>;

/** Throws `InvalidConfiguration`, whose message names every wrong setting. */
export function loadConfig(variables: Readonly<Record<string, string | undefined>>) {
  const result = environment.safeParse(variables);
  if (!result.success) {
    throw new InvalidConfiguration(`Invalid sip-edge configuration:\n${z.prettifyError(result.error)}`);
  }
  const env = result.data;
  const [firstListener] = env.EDGE_SIP_LISTEN;
  const { EDGE_TLS_CERT_FILE: certFile, EDGE_TLS_KEY_FILE: keyFile, EDGE_TLS_CA_FILE: caFile } = env;
  return {
    sip: {
      listen: env.EDGE_SIP_LISTEN,
      domain: env.EDGE_SIP_DOMAIN ?? firstListener?.address ?? 'localhost',
      tlsFiles:
        certFile === undefined || keyFile === undefined || caFile === undefined
          ? undefined
          : { certFile, keyFile, caFile },
      trunksFile: env.EDGE_TRUNKS_FILE,
      rtp: { address: env.EDGE_RTP_ADDRESS, ...env.EDGE_RTP_PORTS },
      transferHeaders: env.EDGE_TRANSFER_HEADERS,
    },
    http: { listen: env.EDGE_HTTP_LISTEN, publicUrl: env.EDGE_PUBLIC_URL },
    control: env.EDGE_CONTROL_LISTEN,
    accessKey: env.EDGE_ACCESS_KEY,
    resourceId: env.EDGE_RESOURCE_ID,
    bearer:
      env.EDGE_BEARER_ISSUER === undefined || env.EDGE_BEARER_JWKS_URL === undefined
        ? undefined
        : { issuer: env.EDGE_BEARER_ISSUER, audience: env.EDGE_BEARER_AUDIENCE, jwksUrl: env.EDGE_BEARER_JWKS_URL },
    eventSubscription:
      env.EDGE_EVENT_GRID_WEBHOOK === undefined
        ? undefined
        : { webhookUrl: env.EDGE_EVENT_GRID_WEBHOOK, schema: env.EDGE_EVENT_GRID_SCHEMA },
    settings: {
      headerCasing: env.EDGE_HEADER_CASING,
      teamsResourceAccounts: env.EDGE_TEAMS_RESOURCE_ACCOUNTS,
      transferBye: env.EDGE_TRANSFER_BYE,
      callbacks: { retries: env.EDGE_CALLBACK_RETRIES },
      reject: { ...env.EDGE_REJECT_STATUSES, retryAfterS: env.EDGE_REJECT_RETRY_AFTER_S },
    },
    recordingsFolder: env.EDGE_RECORDINGS_DIR,
    allowInsecureUrls: env.EDGE_ALLOW_INSECURE_URLS,
    speechUrl: env.EDGE_TTS_URL,
    drainTimeoutMs: env.EDGE_DRAIN_TIMEOUT_MS ?? (env.EXIT_WITH_PARENT ? 0 : DEFAULT_DRAIN_TIMEOUT_MS),
    exitWithParent: env.EXIT_WITH_PARENT,
    logLevel: env.LOG_LEVEL,
    telemetry: telemetryOf(env),
  };
}
