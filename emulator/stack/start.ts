import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { settingsOrExit } from '../process/settings.ts';
import { readScenario } from '../scenario/read-scenario.ts';
import type { ScenarioResult } from '../scenario/result.ts';
import type { Scenario } from '../scenario/schema.ts';
import { loadConfig, rootFolder } from './config.ts';
import { startControlApi } from './control-api.ts';
import { startStack, type Stack, type StoryRunOptions } from './stack.ts';
import { Terminal } from './terminal.ts';

/** `npm start [-- --once]`: the stack, a demonstration call told as it happens, and then the stack for calls of your own. */
const DEMO = path.join(rootFolder, 'scenarios/disputed-charge.yaml');
const CALLS_FOLDER = path.join(rootFolder, 'calls');

const args = process.argv.slice(2);
if (args.some((argument) => argument !== '--once')) {
  process.stderr.write('usage: npm start [-- --once]\n');
  process.exit(2);
}
const config = settingsOrExit(() => loadConfig(process.env));
const terminal = new Terminal(process.stdout);
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Every time: npm passes on a Ctrl-C that the terminal has sent to us as well.
  process.on(name, () => interrupted.abort(new Error(name)));
}
process.exitCode = await start(args.includes('--once'), interrupted.signal);

/** 0, or 1 when something expected of the call did not hold or a process broke, or 130 when interrupted before the end. */
async function start(once: boolean, signal: AbortSignal): Promise<number> {
  await mkdir(CALLS_FOLDER, { recursive: true });
  const logFile = path.join(CALLS_FOLDER, 'stack.log');
  const log = createWriteStream(logFile);
  let stack: Stack | undefined;
  let control: Awaited<ReturnType<typeof startControlApi>> | undefined;
  try {
    terminal.starting(config);
    stack = await startStack({
      config,
      signal,
      onProgress: (what) => terminal.progress(what),
      onLogLine: (line) => void log.write(`${JSON.stringify(line)}\n`),
      callsFolder: CALLS_FOLDER,
    });
    const running = stack;
    const run = (scenario: Scenario, options: StoryRunOptions): Promise<ScenarioResult> =>
      runTold(running, scenario, options);
    control = await startControlApi(config.listen, stack, run);
    terminal.started(stack, control.url, config.listen);
    const result = await run(await readScenario(DEMO), { signal, folder: path.dirname(DEMO) });
    terminal.files(result, logFile);
    if (once) return result.passed ? 0 : 1;
    terminal.howToCall(stack, control.url);
    await aborted(AbortSignal.any([signal, stack.broken]));
    stack.broken.throwIfAborted();
    return 0;
  } catch (error) {
    if (signal.aborted) return 130;
    process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    terminal.stopping();
    await control?.close();
    await stack?.stop();
    await new Promise((resolve) => log.end(resolve));
  }
}

async function runTold(stack: Stack, scenario: Scenario, options: StoryRunOptions): Promise<ScenarioResult> {
  const print = terminal.story(scenario);
  const result = await stack.run(scenario, {
    ...options,
    onStory: (line) => {
      print(line);
      options.onStory?.(line);
    },
  });
  terminal.outcome(result);
  return result;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
