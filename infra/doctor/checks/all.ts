import { loadDefaultPolicy } from '#adapters/admission/settings';
import { loadCatalogue } from '#adapters/agents/agent-folder';
import { createLogger } from '#adapters/logging/logger';
import { ConfigurationError, type Environment } from '#adapters/settings/load-settings';
import { fileDirectory } from '#adapters/customers/file-directory';
import { loadFunctionsConfig, type FunctionsConfig } from '../../../functions/app/config.ts';
import { loadBridgeConfig, type BridgeConfig } from '../../../media-bridge/config.ts';
import { broken, well, type Check, type Finding } from '../check.ts';
import { addressCheck } from './address.ts';
import { clockCheck, signatureCheck } from './front.ts';
import { modelCheck } from './model.ts';
import { bridgeCheck, callbackDoorCheck, functionsCheck, subscriptionCheck } from './programs.ts';
import { earCheck, voiceCheck } from './speech.ts';
import { callRowsCheck, watchdogCheck } from './storage.ts';
import { telephonyCheck } from './telephony.ts';
import { tokenKeysCheck } from './token-keys.ts';

const PLACES = ['first', 'second'] as const;

/** Every check that these settings allow: what cannot be asked for want of a setting is the setting's failure, said once. */
export function allChecks(env: Environment): readonly Check[] {
  const functions = loaded('settings of the functions', () => loadFunctionsConfig(env));
  const bridge = loaded('settings of the media bridge', () => loadBridgeConfig(env));
  return [
    functions.check,
    bridge.check,
    ...(functions.value === undefined ? [] : ofFunctions(functions.value)),
    ...(bridge.value === undefined ? [] : ofBridge(bridge.value)),
    ...(env['EVENT_GRID_WEBHOOK'] === undefined ? [] : [subscriptionCheck(env['EVENT_GRID_WEBHOOK'])]),
  ];
}

function ofFunctions(config: FunctionsConfig): Check[] {
  const { callControl, tokens, storage, hostStorage, callbackBaseUrl, mediaBaseUrl } = config;
  return [
    readable('agents', () => {
      const { all, standard } = loadCatalogue(config.agents);
      return `${all.length}, standard ${standard.definition.name}`;
    }),
    addressCheck('ACS_ENDPOINT', callControl.endpoint),
    addressCheck('CALLBACK_BASE_URL', callbackBaseUrl),
    addressCheck('MEDIA_BASE_URL', mediaBaseUrl),
    clockCheck(callControl),
    signatureCheck(callControl, config.telephony.front),
    ...frontOf(config),
    tokenKeysCheck(tokens),
    callRowsCheck(storage),
    watchdogCheck(hostStorage),
    functionsCheck(callbackBaseUrl),
    callbackDoorCheck(callbackBaseUrl),
    bridgeCheck(mediaBaseUrl),
  ];
}

/** The policy is read for it: one that is wrong stops the functions. */
function frontOf({ telephony, keySource, admission }: FunctionsConfig): Check[] {
  try {
    return [telephonyCheck({ ...telephony, keySource, policy: loadDefaultPolicy(admission) })];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const problem = error.message.replaceAll('\n', '; ');
    return [{ name: 'front', run: () => Promise.resolve(broken(problem, 'mend the policy where it says')) }];
  }
}

function ofBridge(config: BridgeConfig): Check[] {
  const { customers, languageModel, recognition, speech } = config;
  const log = createLogger('doctor', { level: 'silent', callerData: 'redact' });
  const checks: Check[] = languageModel.deployments.map((deployment, place) =>
    modelCheck(deployment, PLACES[place] ?? 'second'),
  );
  try {
    const { standard } = loadCatalogue(config.agents);
    const [locale] = standard.locales;
    speech.services.forEach((service, place) => {
      const region = PLACES[place] ?? 'second';
      checks.push(voiceCheck(service, locale, region), earCheck(service, recognition, locale.language, region, log));
    });
  } catch (error) {
    // Said by the check of the agents.
    if (!(error instanceof ConfigurationError)) throw error;
  }
  const { file } = customers;
  if (file !== undefined) {
    checks.push(
      readable('customers', () => {
        fileDirectory(file);
        return file;
      }),
    );
  }
  return checks;
}

/** Something of ours that a person wrote: what is wrong with it is said with its place. */
function readable(name: string, read: () => string): Check {
  return {
    name,
    run: () => {
      try {
        return Promise.resolve(well(read()));
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        return Promise.resolve(broken(error.message.replaceAll('\n', '; '), 'mend it where it says'));
      }
    },
  };
}

interface Loaded<Config> {
  readonly check: Check;
  readonly value: Config | undefined;
}

function loaded<Config>(name: string, load: () => Config): Loaded<Config> {
  let finding: Finding = well('complete');
  let value: Config | undefined;
  try {
    value = load();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    finding = broken(settingsIn(error.message).join('\n'), 'docs/settings.md says what each means');
  }
  return { check: { name, run: () => Promise.resolve(finding) }, value };
}

/** `NAME: what is wrong`, from zod's `✖ what is wrong` with `→ at NAME` below. */
function settingsIn(message: string): readonly string[] {
  const found = [...message.matchAll(/✖ ([^\n]*)(?:\n\s*→ at ([^\n]*))?/g)];
  return found.length === 0
    ? [message]
    : found.map(([, problem = '', place]) => (place === undefined ? problem : `${place}: ${problem}`));
}
