import { randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import type { StackConfig } from '../config.ts';

/** Made anew for each stack: what is written down nowhere cannot be used anywhere else. */
export interface Secrets {
  /** Base64. */
  readonly acsAccessKey: string;
  readonly acsResourceId: string;
  readonly ticketSecret: string;
  readonly hostKey: string;
  readonly speechKey: string;
  readonly modelKey: string;
}

export function newSecrets(): Secrets {
  const secret = (): string => randomBytes(32).toString('base64url');
  return {
    acsAccessKey: randomBytes(64).toString('base64'),
    acsResourceId: randomUUID(),
    ticketSecret: secret(),
    hostKey: secret(),
    speechKey: secret(),
    modelKey: secret(),
  };
}

type Environment = Readonly<Record<string, string>>;

const EVERY_ADDRESS = '127.0.0.1:0';
const DEPLOYMENT = 'emulated-model';

/** Numbers of the enterprise, with the invented accounts that have them in its Teams. */
const RESOURCE_ACCOUNTS = [
  '+18005550199=5d3c1f52-0000-4000-8000-000000000199',
  '+18005550188=5d3c1f52-0000-4000-8000-000000000188',
  '+18005550177=5d3c1f52-0000-4000-8000-000000000177',
];
/** Assigned in Teams, and nobody has told the product of it. */
const UNKNOWN_ACCOUNT = '+18005550155=5d3c1f52-0000-4000-8000-000000000155';

export function speechEnvironment({ speechKey }: Secrets, { keptClauses }: StackConfig): Environment {
  return { SPEECH_LISTEN: EVERY_ADDRESS, SPEECH_KEY: speechKey, SPEECH_KEPT_CLAUSES: String(keptClauses) };
}

export function modelEnvironment({ modelKey }: Secrets): Environment {
  return { OPENAI_LISTEN: EVERY_ADDRESS, OPENAI_API_KEY: modelKey, OPENAI_DEPLOYMENTS: DEPLOYMENT };
}

export function edgeEnvironment(
  secrets: Secrets,
  { sipListen, telephony, telemetry }: StackConfig,
  speechUrl: string,
): Environment {
  return {
    ...telemetry,
    EDGE_SIP_LISTEN: sipListen,
    EDGE_HTTP_LISTEN: EVERY_ADDRESS,
    EDGE_CONTROL_LISTEN: EVERY_ADDRESS,
    EDGE_ACCESS_KEY: secrets.acsAccessKey,
    EDGE_RESOURCE_ID: secrets.acsResourceId,
    EDGE_ALLOW_INSECURE_URLS: 'true',
    EDGE_TTS_URL: `${speechUrl}/control/tts`,
    ...(telephony === 'teams-phone'
      ? { EDGE_TEAMS_RESOURCE_ACCOUNTS: [...RESOURCE_ACCOUNTS, UNKNOWN_ACCOUNT].join(',') }
      : {}),
    // Only there does the edge tell each SIP message.
    LOG_LEVEL: 'debug',
  };
}

/** What functions and bridge have to be told alike. */
interface Addresses {
  readonly root: string;
  readonly edgeUrl: string;
  readonly functionsUrl: string;
  readonly storage: string;
}

function backendEnvironment(
  secrets: Secrets,
  { agent, keySource, customers, telephony, telemetry }: StackConfig,
  addresses: Addresses,
): Environment {
  return {
    ...telemetry,
    TELEPHONY: telephony,
    ACS_ENDPOINT: addresses.edgeUrl,
    ACS_ACCESS_KEY: secrets.acsAccessKey,
    ACS_RESOURCE_ID: secrets.acsResourceId,
    ACS_JWKS_URL: `${addresses.edgeUrl}/calling/keys`,
    STORAGE_CONNECTION_STRING: addresses.storage,
    TICKET_SECRET: secrets.ticketSecret,
    CALLBACK_BASE_URL: `${addresses.functionsUrl}/api`,
    AGENTS_DIR: path.join(addresses.root, 'agents'),
    ...(agent === undefined ? {} : { AGENT: agent }),
    ...(keySource === undefined ? {} : { DTMF_SOURCE: keySource }),
    CUSTOMERS_FILE: path.join(addresses.root, 'emulator/enterprise/customers.yaml'),
    ...customers,
    ALLOW_INSECURE_URLS: 'true',
    // Invented callers: the story of a call is told with what they said.
    LOG_CALLER_DATA: 'plain',
  };
}

export function bridgeEnvironment(
  secrets: Secrets,
  config: StackConfig,
  addresses: Addresses & {
    readonly deskUrl: string;
    readonly speechUrl: string;
    readonly modelUrl: string | undefined;
  },
): Environment {
  const { deskUrl, speechUrl, modelUrl } = addresses;
  // By this name the bridge may ask its own machine.
  const desk = `localhost:${new URL(deskUrl).port}`;
  return {
    ...backendEnvironment(secrets, config, addresses),
    ...config.tools,
    TOOL_HOSTS: [config.tools['TOOL_HOSTS'] ?? '', desk].filter((host) => host !== '').join(','),
    QUEUE_STATUS_URL: `http://${desk}/queues/{queue}`,
    // Each scenario has its own queues.
    QUEUE_STATUS_MAX_AGE_MS: '0',
    HOST: '127.0.0.1',
    PORT: '0',
    DRAIN_TIMEOUT_MS: String(config.bridges.drainTimeoutMs),
    KNOWLEDGE_DIR: path.join(addresses.root, 'agents/knowledge'),
    ...(config.speech ?? { SPEECH_ENDPOINT: speechUrl.replace(/^http/, 'ws'), SPEECH_KEY: secrets.speechKey }),
    ...(config.model ?? {
      OPENAI_ENDPOINT: modelUrl ?? '',
      OPENAI_API_KEY: secrets.modelKey,
      OPENAI_DEPLOYMENT: DEPLOYMENT,
    }),
  };
}

export function functionsEnvironment(
  secrets: Secrets,
  config: StackConfig,
  addresses: Addresses & { readonly bridgeUrl: string },
): Environment {
  return {
    ...backendEnvironment(secrets, config, addresses),
    ...(config.telephony === 'teams-phone' ? { TEAMS_RESOURCE_ACCOUNTS: RESOURCE_ACCOUNTS.join(',') } : {}),
    AzureWebJobsStorage: addresses.storage,
    ADMISSION_FILE: path.join(addresses.root, 'emulator/enterprise/admission.yaml'),
    MEDIA_BASE_URL: addresses.bridgeUrl.replace(/^http/, 'ws'),
    FUNCTIONS_LISTEN: new URL(addresses.functionsUrl).host,
    FUNCTIONS_APP_DIR: addresses.root,
    FUNCTIONS_HOST_KEY: secrets.hostKey,
  };
}
