import { parseArgs } from 'node:util';
import type { ScaleRule } from './scale-rule.ts';
import type { Setup } from './setup.ts';

export interface Options {
  readonly only: readonly string[];
  readonly days: number;
  readonly format: 'text' | 'json';
  /** Where the picture goes. */
  readonly out: string | undefined;
  /** What differs from each scenario's own setup. */
  readonly changes: Partial<Setup>;
}

export type ParsedOptions =
  { readonly ok: true; readonly options: Options } | { readonly ok: false; readonly problem: string };

/** The numbers that can be given, with what they change and the least and most they may be. */
const NUMBERS = {
  calls: { least: 1, most: 200_000, whole: true, set: (value: number) => ({ peakCalls: value }) },
  seed: { least: 0, most: 2 ** 31, whole: true, set: (value: number) => ({ seed: value }) },
  minutes: { least: 0.1, most: 240, whole: false, set: (value: number) => ({ meanCallMs: value * 60_000 }) },
  'cpu-per-call': { least: 0.01, most: 100, whole: false, set: (value: number) => ({ cpuPerCall: value / 100 }) },
  'max-calls': { least: 1, most: 10_000, whole: true, set: (value: number) => ({ maxCalls: value }) },
  'min-replicas': { least: 1, most: 1_000, whole: true, set: (value: number) => ({ minReplicas: value }) },
  'max-replicas': { least: 1, most: 1_000, whole: true, set: (value: number) => ({ maxReplicas: value }) },
  cores: { least: 1, most: 5_000, whole: true, set: (value: number) => ({ coresMax: value }) },
  'start-seconds': { least: 1, most: 600, whole: false, set: (value: number) => ({ startMs: value * 1000 }) },
  'drain-seconds': { least: 0, most: 590, whole: false, set: (value: number) => ({ drainTimeoutMs: value * 1000 }) },
  'take-overs-per-second': { least: 1, most: 100_000, whole: true, set: (value: number) => ({ takeOversPerS: value }) },
  'model-tpm': { least: 1, most: 1e10, whole: true, set: (value: number) => ({ modelTokensPerMinute: value }) },
  recognisers: { least: 1, most: 1_000_000, whole: true, set: (value: number) => ({ recognisersMax: value }) },
  'functions-ready': { least: 1, most: 100, whole: true, set: (value: number) => ({ functionsReady: value }) },
  'scale-at-cpu': { least: 1, most: 100, whole: true, set: (value: number) => ({ rules: [byCpu(value)] }) },
  'scale-at-calls': { least: 1, most: 10_000, whole: true, set: (value: number) => ({ rules: [byCalls(value)] }) },
} as const;

const WORDS = {
  'new-revision': {
    'by-calls': { newRevision: 'by-calls' },
    min: { newRevision: 'min' },
    'as-many': { newRevision: 'as-many' },
  },
  ingress: { random: { ingress: 'random' }, 'fewest-calls': { ingress: 'fewest-calls' } },
  'when-full': { people: { whenFull: 'people' }, refuse: { whenFull: 'refuse' } },
} as const satisfies Record<string, Record<string, Partial<Setup>>>;

export const USAGE = `npm run simulate-scale -- [OPTION ...]
  --only a,b            scenarios: day, as-deployed, light-calls, storm, replica-dies, deploy, zone-lost, region-lost
  --calls 10000         concurrent calls at the peak     --minutes 4      length of a call, on average
  --seed 1              another one, another run         --days 1         how long "day" is
  --json                instead of text                  --out FILE.svg   draws what happened
 what the bridges are:
  --cpu-per-call 0.888  percent of a core                --max-calls 50   what a bridge says it takes
  --min-replicas 2      --max-replicas 400               --cores 1000     of the environment
  --scale-at-cpu 35     percent; alone, only this rule   --scale-at-calls 35, to a replica; alone, only this rule
  --start-seconds 30    --drain-seconds 580              --new-revision by-calls, min or as-many
  --ingress random, or fewest-calls
 what is around them:
  --functions-ready 2   --take-overs-per-second 500      --when-full people, or refuse
  --model-tpm 42000000  tokens a minute                  --recognisers 10000`;

/** Never throws: says what is wrong with which option. */
export function parseOptions(args: readonly string[], scenarios: readonly string[]): ParsedOptions {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false });
    const changes: Partial<Setup>[] = [];
    const numbers = values as Readonly<Record<string, string | boolean | undefined>>;
    for (const [name, { set, ...bounds }] of Object.entries(NUMBERS)) {
      const text = numbers[name];
      if (typeof text === 'string') changes.push(set(numberOf(name, text, bounds)));
    }
    for (const [name, words] of Object.entries(WORDS)) {
      const text = numbers[name];
      if (typeof text === 'string') changes.push(wordOf(name, text, words));
    }
    return {
      ok: true,
      options: {
        only: scenariosOf(values.only, scenarios),
        days: values.days === undefined ? 1 : numberOf('days', values.days, { least: 1, most: 31, whole: true }),
        format: values.json === true ? 'json' : 'text',
        out: outOf(values.out),
        changes: checked(merged(changes)),
      },
    };
  } catch (error) {
    if (error instanceof OptionError || isArgumentError(error)) return { ok: false, problem: error.message };
    throw error;
  }
}

class OptionError extends Error {}

const TEXT = { type: 'string' } as const;
const OPTIONS = {
  only: TEXT,
  days: TEXT,
  json: { type: 'boolean' },
  out: TEXT,
  ...(Object.fromEntries([...Object.keys(NUMBERS), ...Object.keys(WORDS)].map((name) => [name, TEXT])) as {
    readonly [Name in keyof typeof NUMBERS | keyof typeof WORDS]: typeof TEXT;
  }),
} as const;

function byCpu(targetPercent: number): ScaleRule {
  return { kind: 'cpu', targetPercent };
}

function byCalls(targetCalls: number): ScaleRule {
  return { kind: 'calls', targetCalls };
}

function numberOf(name: string, text: string, bounds: { least: number; most: number; whole: boolean }): number {
  const { least, most, whole } = bounds;
  const value = text.trim() === '' ? NaN : Number(text);
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  throw new OptionError(`--${name} ${text}: expected a ${whole ? 'whole ' : ''}number from ${least} to ${most}`);
}

function wordOf(name: string, text: string, words: Readonly<Record<string, Partial<Setup>>>): Partial<Setup> {
  const found = Object.hasOwn(words, text) ? words[text] : undefined;
  if (found !== undefined) return found;
  throw new OptionError(`--${name} ${text}: expected ${Object.keys(words).join(' or ')}`);
}

function scenariosOf(text: string | undefined, known: readonly string[]): readonly string[] {
  if (text === undefined) return known;
  const names = text.split(',').map((name) => name.trim());
  for (const name of names) {
    if (!known.includes(name)) throw new OptionError(`--only ${name}: expected one of ${known.join(', ')}`);
  }
  return names;
}

function outOf(file: string | undefined): string | undefined {
  if (file === undefined || file.endsWith('.svg')) return file;
  throw new OptionError(`--out ${file}: expected the name of an .svg file`);
}

/** The rules that are given are all there are. */
function merged(changes: readonly Partial<Setup>[]): Partial<Setup> {
  const rules = changes.flatMap((change) => change.rules ?? []);
  return Object.assign({}, ...changes, rules.length === 0 ? {} : { rules }) as Partial<Setup>;
}

function checked(changes: Partial<Setup>): Partial<Setup> {
  const { maxReplicas, minReplicas } = changes;
  if (minReplicas !== undefined && maxReplicas !== undefined && minReplicas > maxReplicas) {
    throw new OptionError(`--min-replicas ${minReplicas}: more than --max-replicas ${maxReplicas}`);
  }
  return changes;
}

function isArgumentError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}
