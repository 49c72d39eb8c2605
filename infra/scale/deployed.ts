import { readFileSync } from 'node:fs';

/** What the templates deploy in production, read from them. */
export interface Deployed {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly scaleAtCpuPercent: number;
  readonly scaleAtCalls: number;
  /** `MAX_CALLS` of each bridge. */
  readonly maxCalls: number;
  readonly graceMs: number;
  readonly drainTimeoutMs: number;
  readonly coresPerReplica: number;
  /** Of each group of functions, always running. */
  readonly functionsReady: number;
  readonly functionsMax: number;
  /** Of one deployment; there is one in each of two regions. */
  readonly modelTokensPerMinute: number;
}

/** Throws an `Error` that names the file and what is missing there, when the templates no longer say it as they did. */
export function readDeployed(): Deployed {
  const resources = template('resources.bicep');
  const bridge = template('modules/media-bridge.bicep');
  const functions = template('modules/functions.bicep');
  const main = template('main.bicep');
  const graceSeconds = resources.number(/graceSeconds: (\d+)/, 'graceSeconds');
  const types = [...bridge.text.matchAll(/custom: \{\s*type: '([\w-]+)'/g)].map(([, type]) => type);
  const isAsBefore =
    types.join() === 'cpu,metrics-api' &&
    /type: 'Utilization', value: string\(scaleAtCpuPercent\)/.test(bridge.text) &&
    /valueLocation: 'demand'\s*targetValue: string\(scaleAtCalls\)/.test(bridge.text);
  if (!isAsBefore)
    throw new Error('infra/modules/media-bridge.bicep: expected two scale rules, by cpu utilisation and by calls');
  const maxCalls = resources.number(/var maxCalls = (\d+)/, 'maxCalls');
  const ofMaxCallsPercent = resources.number(/var scaleAtCalls = maxCalls \* (\d+) \/ 100/, 'scaleAtCalls');
  return {
    minReplicas: resources.number(
      /minReplicas: min\(maxReplicas, max\(isProduction \? (\d+)/,
      'minReplicas of production',
    ),
    maxReplicas: resources.number(/var maxReplicas = isProduction \? (\d+)/, 'maxReplicas of production'),
    scaleAtCpuPercent: resources.number(/scaleAtCpuPercent: (\d+)/, 'scaleAtCpuPercent'),
    scaleAtCalls: Math.floor((maxCalls * ofMaxCallsPercent) / 100),
    maxCalls,
    graceMs: graceSeconds * 1000,
    drainTimeoutMs: (graceSeconds - bridge.number(/\(graceSeconds - (\d+)\) \* 1000/, 'DRAIN_TIMEOUT_MS')) * 1000,
    coresPerReplica: bridge.number(/cpu: json\('([\d.]+)'\)/, 'cores of a replica'),
    functionsReady: resources.number(/alwaysReady: isProduction \? (\d+)/, 'alwaysReady of production'),
    functionsMax: functions.number(/maximumInstanceCount: (\d+)/, 'maximumInstanceCount'),
    modelTokensPerMinute: main.number(/capacity: (\d+)/, 'capacity of chatModel') * 1000,
  };
}

function template(file: string): { readonly text: string; number(pattern: RegExp, name: string): number } {
  const text = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
  return {
    text,
    number: (pattern, name) => {
      const found = Number(pattern.exec(text)?.[1]);
      if (!Number.isFinite(found)) throw new Error(`infra/${file}: expected ${name} to be a number there`);
      return found;
    },
  };
}
