import { settingsOrExit } from '../process/settings.ts';
import { loadConfig } from '../stack/config.ts';
import { isStackRunning, runInStack } from '../stack/running-stack.ts';
import { startStack } from '../stack/stack.ts';
import { callCommand, type ScenarioHost } from './call-command.ts';

/** `npm run call -- FILE.yaml [--json]`: one scenario, in the stack that is running or in one of its own. */
const config = settingsOrExit(() => loadConfig(process.env));
const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => interruption.abort(new Error(name)));
}

async function openHost(signal: AbortSignal): Promise<ScenarioHost> {
  const url = `http://${config.listen.host}:${config.listen.port}`;
  if (await isStackRunning(url)) {
    return { run: (scenario, options) => runInStack(url, scenario, options), close: () => Promise.resolve() };
  }
  const stack = await startStack({ config, signal });
  return { run: (scenario, options) => stack.run(scenario, options), close: () => stack.stop() };
}

process.exitCode = await callCommand(
  process.argv.slice(2),
  {
    openHost,
    print: (text) => void process.stdout.write(`${text}\n`),
    printError: (text) => void process.stderr.write(`${text}\n`),
  },
  interruption.signal,
);
