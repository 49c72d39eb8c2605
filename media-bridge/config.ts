import * as z from 'zod';
import { callbackUrlSettings } from '#adapters/acs-tokens/call-urls';
import { ticketSettings } from '#adapters/acs-tokens/ticket';
import { tokenSettings } from '#adapters/acs-tokens/token-validator';
import { agentSettings } from '#adapters/agents/agent-folder';
import { languageModelSettings } from '#adapters/azure-openai/settings';
import { recognitionSettings } from '#adapters/azure-speech/recognition-settings';
import { speechSettings } from '#adapters/azure-speech/settings';
import { keySettings } from '#adapters/call-automation/key-settings';
import { callControlSettings } from '#adapters/call-automation/settings';
import { telephonySettings } from '#adapters/call-automation/telephony-settings';
import { transferSettings } from '#adapters/call-automation/transfer-settings';
import { customerSettings } from '#adapters/customers/settings';
import { toolSettings } from '#adapters/http-tools/settings';
import { knowledgeSettings } from '#adapters/knowledge/settings';
import { logSettings } from '#adapters/logging/logger';
import { queueStatusSettings } from '#adapters/queues/settings';
import { promptCacheSettings } from '#adapters/resilience/settings';
import { milliseconds } from '#adapters/settings/fields';
import { loadSettings, type Environment } from '#adapters/settings/load-settings';
import { storageSettings } from '#adapters/storage/settings';
import { telemetrySettings } from '#adapters/telemetry/settings';

/** Shorter than the grace period of Container Apps by default (ten minutes), long enough for most calls. */
const DRAIN_TIMEOUT_DEFAULT_MS = 540_000;

/** Half of the hundred at which one core still answered everybody, though late (docs/benchmarks.md). */
const MAX_CALLS_DEFAULT = 50;

/** 150 frames. The front sends them all the time, also of silence, as far as is documented (acs-facts 4.3); a recogniser and a jitter buffer outlast less. */
const MEDIA_SILENCE_DEFAULT_MS = 3_000;

const listenSettings = z
  .object({
    HOST: z.string().default('127.0.0.1'),
    PORT: z.coerce.number('expected a port').int().min(0).max(65_535).default(8080),
    DRAIN_TIMEOUT_MS: milliseconds(0, 3_600_000).default(DRAIN_TIMEOUT_DEFAULT_MS),
    MAX_CALLS: z.coerce.number('expected a number of calls').int().min(1).max(10_000).default(MAX_CALLS_DEFAULT),
    /** `1`: end when standard input does, so that a process tree leaves nothing behind. */
    EXIT_WITH_PARENT: z.enum(['0', '1'], 'expected "0" or "1"').default('0'),
    MEDIA_SILENCE_TIMEOUT_MS: milliseconds(0, 60_000).default(MEDIA_SILENCE_DEFAULT_MS),
    MEDIA_TOKEN: z.enum(['required', 'may-be-missing'], 'expected "required" or "may-be-missing"').default('required'),
  })
  .transform((env) => ({
    host: env.HOST,
    port: env.PORT,
    drainTimeoutMs: env.DRAIN_TIMEOUT_MS,
    maxCalls: env.MAX_CALLS,
    exitWithParent: env.EXIT_WITH_PARENT === '1',
    mediaSilenceMs: env.MEDIA_SILENCE_TIMEOUT_MS,
    missingToken: env.MEDIA_TOKEN === 'required' ? ('refused' as const) : ('accepted' as const),
  }));

const fragments = {
  telephony: telephonySettings,
  listen: listenSettings,
  callControl: callControlSettings,
  transfer: transferSettings,
  keySource: keySettings,
  tokens: tokenSettings,
  ticket: ticketSettings,
  callbackBaseUrl: callbackUrlSettings,
  storage: storageSettings,
  speech: speechSettings,
  recognition: recognitionSettings,
  languageModel: languageModelSettings,
  promptCache: promptCacheSettings,
  agents: agentSettings,
  customers: customerSettings,
  tools: toolSettings,
  knowledge: knowledgeSettings,
  queueStatus: queueStatusSettings,
  log: logSettings,
  telemetry: telemetrySettings,
};

export type BridgeConfig = ReturnType<typeof loadBridgeConfig>;

/** Throws `ConfigurationError` naming every wrong setting. */
export function loadBridgeConfig(env: Environment) {
  return loadSettings('media-bridge', fragments, env);
}
