import path from 'node:path';
import { readScenario, ScenarioFileError } from './read-scenario.ts';
import type { RunOptions, ScenarioEvent } from './run-scenario.ts';
import type { ScenarioResult } from './result.ts';
import type { Scenario } from './schema.ts';

/** Where a scenario is run: a stack that was running already, or one started for this call. */
export interface ScenarioHost {
  run(scenario: Scenario, options: RunOptions): Promise<ScenarioResult>;
  close(): Promise<void>;
}

interface CallCommandDependencies {
  /** Finds a running stack or starts one. Aborting ends a start that is under way. */
  readonly openHost: (signal: AbortSignal) => Promise<ScenarioHost>;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
}

/** 0: every expectation held. 1: one did not, or the stack failed. 2: the command or the file is wrong. 130: interrupted. */
type ExitStatus = 0 | 1 | 2 | 130;

const USAGE = 'usage: npm run call -- FILE.yaml [--json]';

/** Runs one scenario file. With `--json` the result is the only thing printed on standard output. */
export async function callCommand(
  args: readonly string[],
  { openHost, print, printError }: CallCommandDependencies,
  signal: AbortSignal,
): Promise<ExitStatus> {
  const isJson = args.includes('--json');
  const [file, ...others] = args.filter((argument) => argument !== '--json');
  if (file === undefined || file.startsWith('-') || others.length > 0) {
    printError(USAGE);
    return 2;
  }
  let host: ScenarioHost | undefined;
  try {
    const scenario = await readScenario(file);
    host = await openHost(signal);
    const onEvent = isJson ? undefined : (event: ScenarioEvent): void => print(eventLine(event));
    const result = await host.run(scenario, {
      folder: path.dirname(path.resolve(file)),
      signal,
      ...(onEvent ? { onEvent } : {}),
    });
    print(isJson ? JSON.stringify(result) : summary(result));
    return result.passed ? 0 : 1;
  } catch (error) {
    if (signal.aborted) return 130;
    printError(error instanceof Error ? error.message : 'the call failed');
    return error instanceof ScenarioFileError ? 2 : 1;
  } finally {
    await host?.close();
  }
}

function eventLine(event: ScenarioEvent): string {
  switch (event.type) {
    case 'call-placed':
      return `${event.caller}: calls`;
    case 'caller-acted':
      return `${event.caller}: ${event.act.by === 'caller' ? `"${event.act.text}"` : `presses ${event.act.text}`}`;
    case 'call-ended':
      return `${event.caller}: ${event.outcome}`;
    case 'file-written':
      return `${event.caller}: wrote ${event.path}`;
    default:
      return event satisfies never;
  }
}

function summary({ name, passed, failures }: ScenarioResult): string {
  if (passed) return `${name}: everything expected held`;
  return [`${name}: ${failures.length} expectations did not hold`, ...failures.map((failure) => `  ${failure}`)].join(
    '\n',
  );
}
