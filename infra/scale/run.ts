import { writeFileSync } from 'node:fs';
import { readDeployed } from './deployed.ts';
import { parseOptions, USAGE } from './options.ts';
import { pictureOf } from './picture.ts';
import { brokenPromises, type Result } from './result.ts';
import { allPlans, type Plan } from './scenarios.ts';
import { simulate } from './simulation.ts';
import { tellSummary, tellScenario } from './tell.ts';

/** One scenario and what came of it. */
export interface Played {
  readonly plan: Plan;
  readonly result: Result;
}

/** 0: what is promised of every call held. 1: it did not, or the picture could not be written. 2: an option is wrong. */
export type ExitStatus = 0 | 1 | 2;

/** One command line. Says what it does by `print`. */
export function simulateScale(args: readonly string[], print: (text: string) => void): ExitStatus {
  const deployed = readDeployed();
  const names = allPlans(deployed, 1).map(({ name }) => name);
  const parsed = parseOptions(args, names);
  if (!parsed.ok) {
    print(`${parsed.problem}\n${USAGE}`);
    return 2;
  }
  const { changes, days, format, only, out } = parsed.options;
  const plans = allPlans(deployed, days).filter(({ name }) => only.includes(name));
  const played = plans.map((plan) => {
    const setup = { ...plan.setup, ...changes };
    const one = { plan: { ...plan, setup }, result: simulate(setup, plan) };
    if (format === 'text') print(tellScenario(one));
    return one;
  });
  print(format === 'json' ? JSON.stringify(played.map(plain), undefined, 2) : tellSummary(played));
  const broken = played.flatMap(({ plan, result }) =>
    brokenPromises(result.tally).map((what) => `${plan.name}: ${what}`),
  );
  if (format === 'text') for (const problem of broken) print(`BROKEN PROMISE: ${problem}`);
  if (out !== undefined && !written(out, pictureOf(played), print)) return 1;
  return broken.length === 0 ? 0 : 1;
}

function plain({ plan, result }: Played): unknown {
  const { about, mishaps, name, setup } = plan;
  return { scenario: name, about, setup, mishaps, broken: brokenPromises(result.tally), ...result };
}

function written(file: string, text: string, print: (text: string) => void): boolean {
  try {
    writeFileSync(file, text);
    return true;
  } catch (error) {
    print(`--out ${file}: cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}
