import { callbackUrlSettings, mediaUrlSettings } from '#adapters/acs-tokens/call-urls';
import { ticketSettings } from '#adapters/acs-tokens/ticket';
import { tokenSettings } from '#adapters/acs-tokens/token-validator';
import { admissionSettings } from '#adapters/admission/settings';
import { agentSettings } from '#adapters/agents/agent-folder';
import { keySettings } from '#adapters/call-automation/key-settings';
import { callControlSettings } from '#adapters/call-automation/settings';
import { telephonySettings } from '#adapters/call-automation/telephony-settings';
import { transferSettings } from '#adapters/call-automation/transfer-settings';
import { customerSettings } from '#adapters/customers/settings';
import { logSettings } from '#adapters/logging/logger';
import { milliseconds } from '#adapters/settings/fields';
import { loadSettings, type Environment } from '#adapters/settings/load-settings';
import { retentionSettings } from '#adapters/storage/retention-settings';
import { hostStorageSettings, storageSettings } from '#adapters/storage/settings';
import { telemetrySettings } from '#adapters/telemetry/settings';
import * as z from 'zod';

/** Long enough for the media socket to come up, short enough for a caller to be still there. */
export const WATCHDOG_DEFAULT_MS = 7_000;

const watchdogSettings = z
  .object({ WATCHDOG_MS: milliseconds(1_000, 60_000).default(WATCHDOG_DEFAULT_MS) })
  .transform((env) => env.WATCHDOG_MS);

const LOAD_KEY_MIN_CHARS = 32;

const loadKeySettings = z
  .object({
    LOAD_KEY: z.string().min(LOAD_KEY_MIN_CHARS, `expected ${LOAD_KEY_MIN_CHARS} characters at least`).optional(),
  })
  .transform((env) => env.LOAD_KEY);

const fragments = {
  telephony: telephonySettings,
  callControl: callControlSettings,
  transfer: transferSettings,
  keySource: keySettings,
  tokens: tokenSettings,
  ticket: ticketSettings,
  callbackBaseUrl: callbackUrlSettings,
  mediaBaseUrl: mediaUrlSettings,
  storage: storageSettings,
  hostStorage: hostStorageSettings,
  agents: agentSettings,
  customers: customerSettings,
  admission: admissionSettings,
  watchdogMs: watchdogSettings,
  loadKey: loadKeySettings,
  retention: retentionSettings,
  log: logSettings,
  telemetry: telemetrySettings,
};

export type FunctionsConfig = ReturnType<typeof loadFunctionsConfig>;

/** Throws `ConfigurationError` naming every wrong setting. */
export function loadFunctionsConfig(env: Environment) {
  return loadSettings('functions', fragments, env);
}
