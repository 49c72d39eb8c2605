import type { Figure } from './figure.ts';

export type Verdict = 'pass' | 'FAIL' | '';

/** A value that is no number (nothing was measured) holds no target. */
export function verdictOf({ value, target }: Figure): Verdict {
  if (target === undefined) return '';
  const holds = 'max' in target ? value <= target.max : value >= target.min;
  return holds ? 'pass' : 'FAIL';
}

const HEAD = ['figure', 'value', 'unit', 'target', '', 'runs', 'note'] as const;

/** As Markdown, with columns that line up in a terminal too. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    rounded(figure.value),
    figure.unit,
    targetOf(figure),
    verdictOf(figure),
    figure.runs.length > 1 ? figure.runs.map(rounded).join(', ') : '',
    figure.note ?? '',
  ]);
  const widths = HEAD.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function targetOf({ target }: Figure): string {
  if (target === undefined) return '';
  return 'max' in target ? `<= ${target.max}` : `>= ${target.min}`;
}

/** Three figures are all that a measurement on a shared machine is good for. */
function rounded(value: number): string {
  if (Number.isNaN(value)) return '-';
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
