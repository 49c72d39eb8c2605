import { readFileSync } from 'node:fs';

/** What the templates deploy in production, read from them. */
export interface Deployed {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly scaleAtCpuPercent: number;
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
  const ruleType = bridge.text.match(
    /custom: \{\s*type: '(\w+)'\s*metadata: \{ type: 'Utilization', value: string\(scaleAtCpuPercent\) \}/,
  );
  if (ruleType?.[1] !== 'cpu')
    throw new Error('infra/modules/media-bridge.bicep: expected one scale rule, by cpu utilisation');
  return {
    minReplicas: resources.number(/minReplicas: isProduction \? (\d+)/, 'minReplicas of production'),
    maxReplicas: resources.number(/maxReplicas: isProduction \? (\d+)/, 'maxReplicas of production'),
    scaleAtCpuPercent: resources.number(/scaleAtCpuPercent: (\d+)/, 'scaleAtCpuPercent'),
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
