import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { INFRA } from './bicep.ts';

/** One rule of the templates, as its text says. */
export interface AlertRule {
  /** Its heading in docs/operations.md. */
  readonly name: string;
  readonly severity: number;
  /** From `infra/`; none for a rule over what Azure measures itself. */
  readonly query: string | undefined;
  /** Names that the rule defines before the query. */
  readonly lets: readonly string[];
  /** Columns of the query's result that the rule reads. */
  readonly columns: readonly string[];
  /** How often it is looked at, and over what time; minutes. */
  readonly everyMinutes: number;
  readonly windowMinutes: number;
}

const MODULES = ['modules/alerts.bicep', 'modules/metric-alerts.bicep'];
/** Metric rules are looked at each minute. */
const METRIC_EVERY = 'PT1M';

export function alertRules(): readonly AlertRule[] {
  const prices = Object.keys(JSON.parse(readInfra('operations/prices.json')) as object);
  return MODULES.flatMap((module) => {
    const [, ...blocks] = readInfra(module).split(/(?=^ {2,4}name: '[a-z]+(?:-[a-z]+)+'\n +title: )/m);
    return blocks.map((block): AlertRule => {
      const field = (name: string): string | undefined => new RegExp(`^ +${name}: (.+)$`, 'm').exec(block)?.[1];
      const text = (name: string): string => (field(name) ?? '').replaceAll("'", '');
      const lets = field('lets') ?? '';
      const query = /loadTextContent\('\.\.\/([^']+)'\)/.exec(field('query') ?? '')?.[1];
      return {
        name: text('name'),
        severity: Number(field('severity')),
        query,
        lets: lets === 'priceLets' ? prices : [...lets.matchAll(/let (\w+) = /g)].map(([, name = '']) => name),
        columns: query === undefined ? [] : [text('measure'), text('dimension')].filter((name) => name !== ''),
        everyMinutes: minutesOf(query === undefined ? METRIC_EVERY : text('every')),
        windowMinutes: minutesOf(text('window')),
      };
    });
  });
}

/** The limits that an environment may change, and what they are when it does not. */
export function usualLimits(): ReadonlyMap<string, number> {
  const blocks = MODULES.map((module) => /^var usual = \{\n([\s\S]*?)^\}/m.exec(readInfra(module))?.[1] ?? '');
  return new Map(
    blocks.flatMap((block) =>
      [...block.matchAll(/^ {2}(\w+): (\d+)$/gm)].map(([, name = '', value]): [string, number] => [
        name,
        Number(value),
      ]),
    ),
  );
}

/** Every query file, by its path from `infra/`. */
export function queryFiles(): ReadonlyMap<string, string> {
  const files = globSync('operations/**/*.kql', { cwd: INFRA }).map((file) => file.split(path.sep).join('/'));
  return new Map(files.sort().map((file) => [file, readInfra(file)]));
}

function readInfra(file: string): string {
  return readFileSync(path.join(INFRA, file), 'utf8');
}

function minutesOf(duration: string): number {
  const [, amount, unit = ''] = /^PT?(\d+)([MHD])$/.exec(duration) ?? [];
  const minutes: Readonly<Record<string, number>> = { M: 1, H: 60, D: 1440 };
  return Number(amount) * (minutes[unit] ?? NaN);
}
