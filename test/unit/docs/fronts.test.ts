import { describe, expect, it } from 'vitest';
import { FRONT_ABILITIES, FRONTS, type FrontAbilities } from '#core/telephony/front';
import { documentedPart } from '../../support/generated-part.ts';

const document = new URL('../../../docs/after-acs.md', import.meta.url);

const LABELS: Readonly<Record<keyof FrontAbilities, string>> = {
  called: 'a call names as called',
  callerIdOnTransfer: 'caller id on a transfer',
  sipHeaders: 'custom headers, in and out',
  keys: 'keys come by',
  transferTo: 'transfers go to',
  tokenKeys: 'tokens are signed with keys',
  retires: 'ends',
};

/** As prettier writes a table. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body.map(line)].join('\n');
}

describe('the fronts', () => {
  it('are documented as the code knows them (UPDATE_DOCS=1 writes them anew)', () => {
    const abilities = Object.entries(LABELS) as [keyof FrontAbilities, string][];
    const generated = table([
      ['', ...FRONTS.map((front) => `\`${front}\``)],
      ...abilities.map(([ability, label]) => [label, ...FRONTS.map((front) => FRONT_ABILITIES[front][ability])]),
    ]);
    expect(documentedPart(document, 'fronts', generated)).toBe(generated);
  });
});
