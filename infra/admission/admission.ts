import { readFileSync } from 'node:fs';
import { admissionSettings } from '#adapters/admission/settings';
import { agentSettings, loadCatalogue } from '#adapters/agents/agent-folder';
import { ConfigurationError, loadSettings } from '#adapters/settings/load-settings';
import { storageSettings } from '#adapters/storage/settings';
import { tableBridgeReports } from '#adapters/storage/table-bridge-reports';
import { tablePolicyStore } from '#adapters/storage/table-policy-store';
import type { AgentDefinition } from '#core/agent/definition';
import { PortError } from '#core/ports/error';
import { EXIT } from '../tool/exit-status.ts';
import {
  checkedPolicy,
  CommandError,
  put,
  reset,
  show,
  switchAgent,
  type LiveServices,
  type Standard,
} from './live.ts';

/** `npm run admission -- ...`: the admission policy of a deployment while it runs. See docs/admission.md. */
const USAGE = `npm run admission -- show          what holds now, and how the bridges are
npm run admission -- check FILE    whether a policy is right
npm run admission -- put FILE      it holds from now on
npm run admission -- agent on|off  the switch; with no-file after it when the functions have no ADMISSION_FILE
npm run admission -- reset         the policy of ADMISSION_FILE holds again`;

/** Said by a person who knows that the functions have no file: then the policy without rules is the one that holds. */
const NO_FILE = 'no-file';

const COMMAND_BUDGET_MS = 20_000;

async function run([command, argument, ...more]: readonly string[]): Promise<string[]> {
  if (command === 'agent' && (argument === 'on' || argument === 'off') && more.join(' ') === NO_FILE) {
    return switchAgent(argument, services('known'));
  }
  if (more.length > 0) throw new CommandError(USAGE);
  if (command === 'check' && argument !== undefined) return check(argument);
  if (command === 'put' && argument !== undefined) return put(argument, readText(argument), services());
  if (command === 'agent' && (argument === 'on' || argument === 'off')) return switchAgent(argument, services());
  if (command === 'show' && argument === undefined) return show(services());
  if (command === 'reset' && argument === undefined) return reset(services());
  throw new CommandError(USAGE);
}

function check(file: string): string[] {
  const { remarks } = checkedPolicy(readText(file), file, agentsOf(process.env));
  return [...remarks, `${file} is right.`];
}

function services(certainty: Standard['certainty'] = 'assumed'): LiveServices {
  const config = loadSettings('admission', { admission: admissionSettings, storage: storageSettings }, process.env);
  const { file } = config.admission;
  return {
    store: tablePolicyStore(config.storage),
    reports: tableBridgeReports(config.storage),
    standard:
      file === undefined
        ? { name: 'The policy without rules (ADMISSION_FILE is not set here)', yaml: '{}', certainty }
        : { name: `The policy of ${file}`, yaml: readText(file), certainty: 'known' },
    agents: agentsOf(process.env),
    nowMs: () => Date.now(),
    signal: AbortSignal.timeout(COMMAND_BUDGET_MS),
  };
}

function agentsOf(env: typeof process.env): readonly AgentDefinition[] {
  const { agents } = loadSettings('admission', { agents: agentSettings }, env);
  return loadCatalogue(agents).all.map(({ definition }) => definition);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new CommandError(`Cannot read the file ${file}`);
  }
}

try {
  for (const line of await run(process.argv.slice(2))) console.log(line);
} catch (error) {
  const isTheirs = error instanceof CommandError || error instanceof ConfigurationError || error instanceof PortError;
  if (!isTheirs) throw error;
  console.error(error.message);
  process.exitCode = error.message === USAGE ? EXIT.usage : EXIT.found;
}
