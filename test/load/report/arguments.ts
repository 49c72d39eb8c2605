import { parseArgs } from 'node:util';

export interface BenchArguments {
  readonly runs: number;
  readonly calls: number;
  readonly quick: boolean;
  /** Names of parts; all when empty. */
  readonly only: readonly string[];
  readonly jsonFile: string | undefined;
  readonly writesDocument: boolean;
}

const RUNS = 3;
const CALLS = 100;

/** Throws an `Error` that a person understands. */
export function readArguments(args: readonly string[], parts: readonly string[]): BenchArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string' },
      calls: { type: 'string' },
      only: { type: 'string', multiple: true },
      json: { type: 'string' },
      quick: { type: 'boolean' },
      'write-doc': { type: 'boolean' },
    },
  });
  const quick = values.quick ?? false;
  const only = (values.only ?? []).flatMap((names) => names.split(','));
  const unknown = only.filter((name) => !parts.includes(name));
  if (unknown.length > 0) throw new Error(`--only: no part ${unknown.join(', ')}; there are ${parts.join(', ')}`);
  return {
    runs: wholeNumber('--runs', values.runs, quick ? 1 : RUNS),
    calls: wholeNumber('--calls', values.calls, CALLS),
    quick,
    only,
    jsonFile: values.json,
    writesDocument: values['write-doc'] ?? false,
  };
}

/** The command that measures the same again. Where results are written is not part of it. */
export function commandOf({ runs, calls, quick, only }: BenchArguments): string {
  const words = [
    ...(quick ? ['--quick'] : []),
    ...(runs === (quick ? 1 : RUNS) ? [] : [`--runs ${runs}`]),
    ...(calls === CALLS ? [] : [`--calls ${calls}`]),
    ...(only.length === 0 ? [] : [`--only ${only.join(',')}`]),
  ];
  return ['npm run bench', ...(words.length === 0 ? [] : ['--', ...words])].join(' ');
}

function wholeNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1_000) throw new Error(`${name}: expected 1 to 1000`);
  return value;
}
