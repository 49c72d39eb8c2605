import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { DOCUMENT, failuresDocument } from '../../faults/report/document.ts';
import { resultTable } from '../../faults/report/table.ts';
import { rowGroups } from '../../faults/rows/all.ts';
import { LINES, type FaultRow, type Line } from '../../faults/rows/row.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const rows: readonly FaultRow[] = rowGroups.flatMap((group) => group.rows);

describe('the failures that are tried', () => {
  it('are those that docs/failures.md tells of', async () => {
    const document = readFileSync(path.join(root, DOCUMENT), 'utf8');
    expect(document, 'npm run test:faults -- --write-doc').toBe(await failuresDocument(rowGroups));
  });

  it('have names of their own', () => {
    const names = rows.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(names.filter((name) => !/^[a-z0-9-]{1,40}$/.test(name))).toEqual([]);
  });

  it('let no caller wait longer than ten seconds, or a minute where a transfer has to time out', () => {
    const slow = rows.filter(({ withinS }) => withinS > 10);
    expect(slow.filter(({ withinS, sbc, queues }) => withinS > 60 || (sbc ?? queues) === undefined)).toEqual([]);
  });

  it('leave out no dependency', () => {
    const broken = new Set<Line>(rows.flatMap(({ breaks }) => breaks.flatMap((one) => ('on' in one ? [one.on] : []))));
    expect(LINES.filter((line) => !broken.has(line))).toEqual([]);
  });
});

describe('the table of results', () => {
  const [row = rows[0]!] = rows;

  it('says of each row how it ended, after how long and what was wrong', () => {
    const passed = { name: row.name, passed: true, seconds: 1.25, heard: '', problems: [] };
    expect(resultTable([row], new Map([[row.name, passed]]))).toMatch(new RegExp(`^ok +${row.name} .* 1\\.3 s`, 'm'));
    const failed = { ...passed, passed: false, problems: ['it took 11.0 s'] };
    expect(resultTable([row], new Map([[row.name, failed]]))).toMatch(/^FAIL .*it took 11\.0 s$/m);
  });

  it('does not take a row that was not run for one that holds', () => {
    expect(resultTable([row], new Map())).toMatch(/^---- .*was not run$/m);
  });
});
