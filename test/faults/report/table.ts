import type { FaultRow } from '../rows/row.ts';
import type { RowResult } from '../run/run-row.ts';

const COLUMNS = ['', 'fault', 'ends', 'after', 'at most', 'what was wrong'] as const;

/** The result as a table for a terminal. */
export function resultTable(rows: readonly FaultRow[], results: ReadonlyMap<string, RowResult>): string {
  const cells = rows.map((row) => {
    const result = results.get(row.name);
    return [
      result === undefined ? '----' : result.passed ? 'ok' : 'FAIL',
      row.name,
      row.ends,
      result?.seconds === undefined ? '-' : `${result.seconds.toFixed(1)} s`,
      `${row.withinS} s`,
      result === undefined ? 'was not run' : result.problems.join('; '),
    ];
  });
  const widths = COLUMNS.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)));
  return [COLUMNS, ...cells]
    .map((row) =>
      row
        .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
