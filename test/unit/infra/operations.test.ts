import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { alertRules, queryFiles, usualLimits } from '../../support/alert-rules.ts';
import { readBicep } from '../../support/bicep.ts';
import { kustoComplaints } from '../../support/kusto.ts';
import { measuredAttributes } from '../../support/measured-attributes.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const sources = (...patterns: readonly string[]): string =>
  patterns
    .flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
    .map(read)
    .join('\n');

const rules = alertRules();
const queries = queryFiles();
const measured = measuredAttributes();
const guide = read('docs/operations.md');

/** What pino writes into every line. */
const OF_EVERY_LINE = ['msg', 'level', 'time'];

/** The queries that the guide gives to somebody who is on watch. */
const asked = [...guide.matchAll(/\bask "([^"]+)"/g)].map(([, text = '']): [string, string] => [
  `docs/operations.md: ${text.slice(0, 60)}`,
  text,
]);

const query = (file: string): string => {
  const text = queries.get(file);
  if (text === undefined) throw new Error(`no ${file} in infra/`);
  return text;
};
/** Without comments, which may name anything. */
const code = (text: string): string => text.replaceAll(/^\s*\/\/.*$/gm, '');
const literalsIn = (text: string): string[] => [...text.matchAll(/'([^']*)'/g)].map(([, value = '']) => value);

/** What is compared with what: `left == 'value'`, `tostring(attributes.left) in ('one', 'two')`. */
function comparisons(text: string): { readonly left: string; readonly values: readonly string[] }[] {
  return [...code(text).matchAll(/(\w+)\)? (?:(?:==|!=) ('[^']*')|in \(('[^)]*')\))/g)].map(
    ([, left = '', one = '', several = '']) => ({ left, values: literalsIn(one + several) }),
  );
}

/** The text under a heading, up to the next one of the same or a higher level. */
function section(heading: string): string {
  const level = /^#+/.exec(heading)?.[0].length ?? 0;
  const from = guide.indexOf(`\n${heading}\n`);
  if (from < 0) throw new Error(`docs/operations.md has no heading "${heading}"`);
  const rest = guide.slice(from + heading.length + 2);
  const to = rest.search(new RegExp(`^#{1,${level}} `, 'm'));
  return to < 0 ? rest : rest.slice(0, to);
}

const tableRows = (text: string): string[][] =>
  [...text.matchAll(/^\| `.*$/gm)].map(([row]) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

describe('an alert in the night', () => {
  const headings = [...section('## Alerts').matchAll(/^### (.+)$/gm)].map(([, name = '']) => name);

  it('has a page to read, and no page is left of an alert that is gone', () => {
    expect(rules.length).toBeGreaterThan(10);
    expect([...headings].sort()).toEqual(rules.map(({ name }) => name).sort());
  });

  it('stands in the list with the severity that it rings with', () => {
    const listed = tableRows(section('## Alerts')).map(([name, severity]) => [
      /`([^`]+)`/.exec(name ?? '')?.[1],
      severity,
    ]);
    const sorted = (pairs: (string | undefined)[][]): string[] => pairs.map((pair) => pair.join(' ')).sort();
    expect(sorted(listed)).toEqual(sorted(rules.map(({ name, severity }) => [name, String(severity)])));
  });

  it.each(rules)('$name: callers, a first look, what to do, and when to wake somebody else', ({ name }) => {
    const text = section(`### ${name}`);
    const parts = [...text.matchAll(/^- \*\*(.+?)\*\*/gm)].map(([, part]) => part);
    expect(parts).toEqual(['Callers:', 'First look:', 'Do:', 'Escalate:']);
  });

  it('can be set to the limits of an environment, which are all documented as they are', () => {
    const limits = tableRows(section('## Limits')).map(([name = '', value]): [string, number] => [
      name.replaceAll('`', ''),
      Number(value),
    ]);
    expect(new Map(limits.sort())).toEqual(new Map([...usualLimits()].sort()));
  });

  it.each(['answers', 'calls-lost', 'hand-overs-failing'])(
    '%s: rings neither for one or two callers, nor only when there are many',
    (file) => {
      const [condition = ''] = /where .*\bmin[A-Z]\w+.*/.exec(query(`operations/alerts/${file}.kql`)) ?? [];
      expect(condition).toMatch(/\w+ >= min\w+ or .*\b2 \* \w+ >= \w+\)/);
      expect(condition).toContain(' >= 3 and ');
    },
  );

  it('counts lost calls by the outcomes that its page has somebody look for', () => {
    const outcomes = (text: string): string[] => literalsIn(/ in \(('[^)]*')\)/.exec(text)?.[1] ?? '');
    const page = asked.map(([, text]) => text).find((text) => text.includes('entry.outcome.kind')) ?? '';
    expect(outcomes(page)).not.toEqual([]);
    expect(outcomes(page)).toEqual(outcomes(query('operations/alerts/calls-lost.kql')));
  });

  it('wakes somebody when the functions are dead, whatever the bridges say, and when answered calls hear nobody', () => {
    const severities = new Map(rules.map(({ name, severity }) => [name, severity]));
    expect(severities.get('functions-silent')).toBe(0);
    expect(severities.get('callers-unheard')).toBe(1);
    expect(query('operations/alerts/functions-silent.kql')).toContain('iff(loads == 0 or ');
  });

  it('is looked at within the time it looks back', () => {
    for (const { name, everyMinutes, windowMinutes, severity } of rules) {
      expect(everyMinutes, name).toBeLessThanOrEqual(windowMinutes);
      expect([0, 1, 2, 3], name).toContain(severity);
    }
  });

  const ofQueries = rules.flatMap((rule) => (rule.query === undefined ? [] : [{ ...rule, query: rule.query }]));

  it.each(ofQueries)('$name reads columns that its query gives', ({ query: file, columns }) => {
    const lines = code(query(file)).trim().split('\n');
    const last = lines.findLast((line) => /^\| (project|summarize) /.test(line)) ?? '';
    expect(columns).not.toEqual([]);
    for (const column of columns) expect(last).toMatch(new RegExp(`\\b${column} = |(?:project|by|,) ${column}\\b`));
  });

  it.each(ofQueries)('$name asks what Azure Monitor takes for a rule: no union, no search', ({ query: file }) => {
    const whole = code(query('operations/functions/trunkline-metrics.kql') + query(file));
    expect(whole).not.toMatch(/\b(union|search|find)\b/);
    expect(whole).not.toContain('TrunklineLog');
  });

  it.each(ofQueries)('$name defines what its query needs, and nothing else', ({ query: file, lets }) => {
    const known = new Set(ofQueries.flatMap((rule) => rule.lets));
    const used = [...new Set(code(query(file)).match(/\b\w+\b/g))].filter((word) => known.has(word));
    expect(used.sort()).toEqual([...lets].sort());
  });
});

describe('a query', () => {
  it('is there for something', async () => {
    const templates = [...(await readBicep()).values()].map(({ text }) => text).join('\n');
    const loaded = [...templates.matchAll(/loadTextContent\('\.\.\/(operations\/[^']+)'\)/g)].map(([, file]) => file);
    expect([...new Set(loaded)].sort()).toEqual([...queries.keys()].sort());
  });

  it.each([...queries, ...asked])('%s is written as the query language wants it', (_, text) => {
    // What the workbook puts in before it asks.
    expect(kustoComplaints(text.replaceAll('{TimeRange:grain}', '5m'))).toEqual([]);
  });

  it.each([
    ["The name 'union' needs to be bracketed", 'AppTraces | summarize union = count()'],
    ['Expected: )', 'AppTraces | where (Message has "x"'],
    ['Missing expression', 'AppTraces | where'],
  ])('would be found: %s', (complaint, wrong) => {
    expect(kustoComplaints(wrong).join()).toContain(complaint);
  });

  it.each([...queries])('%s says what it shows', (_, text) => {
    expect(text).toMatch(/^\/\/ .+\.\n/);
  });

  it.each([...queries])('%s asks tables that are there', (_, text) => {
    // Azure Monitor's table reference: learn.microsoft.com/azure/azure-monitor/reference/tables.
    const tables = ['AppMetrics', 'AppTraces', 'AppRequests', 'AppDependencies', 'ContainerAppConsoleLogs'];
    const ours = ['TrunklineMetrics()', 'TrunklineLog()'];
    const named = code(text).match(/\b(?:App|Container|Trunkline|Azure)[A-Z]?\w+(?:\(\))?/g) ?? [];
    const columns = ['AppRoleInstance', 'AppRoleName', 'ContainerGroupName'];
    expect(named.filter((name) => ![...tables, ...ours, ...columns].includes(name))).toEqual([]);
  });

  it.each([...queries, ...asked])(
    '%s names only what the programs measure, with the attributes and values that they write',
    (_, text) => {
      const names = literalsIn(code(text)).flatMap(
        (literal) => /^trunkline(?:\.\w+){1,3}(?= |$)/.exec(literal)?.[0] ?? [],
      );
      const metrics = [...new Set(names)].filter((name) => !['trunkline.', 'trunkline.call.id'].includes(name));
      expect(metrics.filter((name) => !measured.has(name))).toEqual([]);
      const allowed = metrics.map((name) => measured.get(name) ?? new Map<string, never>());
      const attributes = [...code(text).matchAll(/attributes\.(\w+)/g)].map(([, name = '']) => name);
      expect(attributes.filter((name) => !allowed.some((one) => one.has(name)))).toEqual([]);
      for (const { left, values } of comparisons(text).filter(({ left }) => attributes.includes(left))) {
        const possible = allowed.flatMap((one) => {
          const found = one.get(left);
          return found === undefined ? [] : found === 'any' ? values : [...found];
        });
        expect(possible, left).toEqual(expect.arrayContaining([...values]));
      }
    },
  );

  it.each([...queries, ...asked])('%s names only log lines and functions that there are', (_, text) => {
    const programs = sources('functions/**/*.ts', 'media-bridge/**/*.ts', 'adapters/**/*.ts');
    const triggers = sources('functions/*.ts');
    const fields = [...code(text).matchAll(/\bentry((?:\.\w+)+)/g)].flatMap(([, path = '']) =>
      path.slice(1).split('.'),
    );
    for (const field of fields.filter((name) => !OF_EVERY_LINE.includes(name))) {
      expect(programs).toMatch(new RegExp(`\\b${field}\\b`));
    }
    for (const { left, values } of comparisons(text)) {
      if (left === 'message') for (const value of values) expect(programs).toContain(`'${value}'`);
      if (left === 'OperationName')
        for (const value of values) expect(triggers).toMatch(new RegExp(`app\\.\\w+\\('${value}'`));
    }
  });

  it('has a field in the workbook for each price', async () => {
    const prices = Object.keys(JSON.parse(read('infra/operations/prices.json')) as object);
    const dashboard = (await readBicep()).get('modules/dashboard.bicep');
    expect([...(dashboard?.keysOf('labels') ?? [])].sort()).toEqual([...prices].sort());
    for (const price of prices) expect(query('operations/cost.kql')).toContain(price);
  });

  it('has the prices of the model that the templates deploy, and says whose they are', () => {
    const model = /param chatModel object = \{\s+name: '([^']+)'/.exec(read('infra/main.bicep'))?.[1] ?? 'no model';
    expect(section('## Limits')).toContain(`\`${model}\``);
    expect(read('docs/scale.md')).toContain(`\`${model}\``);
  });

  it('shows or watches everything that is measured', () => {
    const all = [...queries.values()].map(code).join('\n');
    expect([...measured.keys()].filter((name) => !all.includes(`'${name}`))).toEqual([]);
  });
});
