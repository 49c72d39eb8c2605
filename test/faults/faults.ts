import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { rootFolder } from '../../emulator/stack/config.ts';
import { DOCUMENT, failuresDocument } from './report/document.ts';
import { resultTable } from './report/table.ts';
import { rowGroups } from './rows/all.ts';
import type { FaultRow } from './rows/row.ts';
import type { RowResult } from './run/run-row.ts';
import { runAll } from './run/schedule.ts';

/**
 * `npm run test:faults [-- --only name,name] [--group name,name] [--stacks 3] [--json FILE]`: breaks everything a call depends on, and says where the
 * callers ended. Status 1 when a row does not hold.
 */
const USAGE =
  'usage: npm run test:faults [-- --only NAME,NAME] [--group NAME,NAME] [--stacks NUMBER] [--json FILE] [--list] [--write-doc]';
const TOTAL_LIMIT_MS = 20 * 60_000;
const DEFAULT_STACKS = '3';

const options = await readOptions();
if (options === undefined) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}
const { rows, stacks, json } = options;
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => interrupted.abort(new Error(name)));
}
const status = await run();
// Rows that were given up may still wait for something.
process.exit(status);

async function run(): Promise<number> {
  const startedAtMs = Date.now();
  const since = (): string => `${Math.round((Date.now() - startedAtMs) / 1_000)} s`.padStart(6);
  const results = new Map<string, RowResult>();
  const folder = path.join(rootFolder, 'calls');
  await mkdir(folder, { recursive: true });
  const log = createWriteStream(path.join(folder, 'faults.log'));
  const left = await runAll(rows, {
    stacks,
    signal: AbortSignal.any([interrupted.signal, AbortSignal.timeout(TOTAL_LIMIT_MS)]),
    onProgress: (what) => void process.stdout.write(`${since()}  ${what}\n`),
    onLine: (stack, line) => void log.write(`${JSON.stringify({ stack, ...line })}\n`),
    onResult: (result) => {
      results.set(result.name, result);
      const took = result.seconds === undefined ? '' : ` after ${result.seconds.toFixed(1)} s`;
      const verdict = result.passed ? `ok${took}` : `FAIL${took}: ${result.problems.join('; ')}`;
      process.stdout.write(`${since()}  ${result.name} ${verdict}\n`);
    },
  });
  await new Promise((resolve) => log.end(resolve));
  const passed = rows.filter(({ name }) => results.get(name)?.passed);
  process.stdout.write(`\n${resultTable(rows, results)}\n\n${passed.length} of ${rows.length} hold\n`);
  for (const problem of left) process.stdout.write(`${problem}\n`);
  if (json !== undefined) {
    const table = rows.map((row) => ({ ...row, result: results.get(row.name) }));
    await writeFile(json, `${JSON.stringify({ rows: table, leftBehind: left }, null, 2)}\n`);
  }
  if (interrupted.signal.aborted) return 130;
  return passed.length === rows.length && left.length === 0 ? 0 : 1;
}

async function readOptions(): Promise<
  { readonly rows: readonly FaultRow[]; readonly stacks: number; readonly json: string | undefined } | undefined
> {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        group: { type: 'string' },
        stacks: { type: 'string', default: DEFAULT_STACKS },
        json: { type: 'string' },
        list: { type: 'boolean', default: false },
        'write-doc': { type: 'boolean', default: false },
      },
    });
    const only = values.only?.split(',');
    const groups = values.group?.split(',');
    const rows = rowGroups
      .filter(({ group }) => groups?.includes(group) ?? true)
      .flatMap((group) => group.rows)
      .filter(({ name }) => only?.includes(name) ?? true);
    if (values.list) {
      process.stdout.write(`${rows.map(({ name }) => name).join('\n')}\n`);
      process.exit(0);
    }
    if (values['write-doc']) {
      await writeFile(path.join(rootFolder, DOCUMENT), await failuresDocument(rowGroups));
      process.exit(0);
    }
    const stacks = Number(values.stacks);
    if (rows.length === 0 || !Number.isInteger(stacks) || stacks < 1 || stacks > 8) return undefined;
    return { rows, stacks, json: values.json };
  } catch {
    return undefined;
  }
}
