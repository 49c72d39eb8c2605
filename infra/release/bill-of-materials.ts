import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import * as z from 'zod';
import { root } from '../build/deployable.ts';
import type { Origin } from './origin.ts';
import { refOf, type ShippedPackage } from './shipped-packages.ts';

const NPM_MAX_BYTES = 64 * 1024 * 1024;
const NPM_TIMEOUT_MS = 120_000;

const component = z.looseObject({
  'bom-ref': z.string(),
  properties: z.array(z.looseObject({ name: z.string(), value: z.string() })).default([]),
});
const bill = z.looseObject({
  serialNumber: z.string(),
  metadata: z.looseObject({ timestamp: z.string(), component: z.looseObject({ 'bom-ref': z.string() }) }),
  components: z.array(component),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()).default([]) })),
});

/** CycloneDX, as npm writes it from the lock file, of what is shipped only; its number and time are those of the commit, so that two runs give the same. */
export async function billOfMaterials(shipped: readonly ShippedPackage[], origin: Origin): Promise<string> {
  const all = bill.parse(JSON.parse(await npmSbom()));
  const byRef = new Map(shipped.map((one) => [refOf(one), one]));
  const rootRef = all.metadata.component['bom-ref'];
  const isKept = (ref: string): boolean => ref === rootRef || byRef.has(ref);
  const components = all.components.flatMap((one) => {
    const found = byRef.get(one['bom-ref']);
    if (found === undefined) return [];
    // What npm calls a development dependency may well be in a bundle, which is what counts here.
    const { scope: _scope, ...rest } = one;
    return [{ ...rest, properties: [{ name: 'trunkline:shippedIn', value: found.shippedIn.join(' ') }] }];
  });
  const missing = [...byRef.keys()].filter((ref) => !components.some((one) => one['bom-ref'] === ref));
  if (missing.length > 0) throw new Error(`shipped, but not in package-lock.json: ${missing.join(', ')}; run npm ci`);
  const told = {
    ...all,
    serialNumber: `urn:uuid:${uuidOf(`${rootRef} ${origin.commit}`)}`,
    metadata: {
      ...all.metadata,
      timestamp: new Date(origin.committedAtMs).toISOString(),
      component: { ...all.metadata.component, name: 'trunkline' },
    },
    components,
    dependencies: all.dependencies
      .filter(({ ref }) => isKept(ref))
      .map(({ dependsOn, ...rest }) => ({ ...rest, dependsOn: dependsOn.filter(isKept) })),
  };
  return `${JSON.stringify(told, undefined, 2)}\n`;
}

/** npm says by the environment which of it runs us; without that, the one on the path. Nothing is asked of a registry. */
async function npmSbom(): Promise<string> {
  const words = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const npm = process.env['npm_execpath'];
  const [program, args] = npm === undefined ? ['npm', words] : [process.execPath, [npm, ...words]];
  const { stdout } = await promisify(execFile)(program, args, {
    cwd: root,
    maxBuffer: NPM_MAX_BYTES,
    timeout: NPM_TIMEOUT_MS,
  });
  return stdout;
}

function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  // Version 8 of RFC 9562: made from what it names.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
