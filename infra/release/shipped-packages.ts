import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { root } from '../build/deployable.ts';

/** A package of somebody else whose code or data is in one of our packages. */
export interface ShippedPackage {
  readonly name: string;
  readonly version: string;
  /** From the repository's root, such as `node_modules/ws`. */
  readonly folder: string;
  /** Which of ours it is in, in order. */
  readonly shippedIn: readonly string[];
}

const sourceMap = z.object({ sources: z.array(z.string()) });
const manifest = z.object({ name: z.string(), version: z.string() });

/** Copied as a file beside the bundle, so that no source map names it. */
const DATA_PACKAGES: Readonly<Record<string, string>> = { 'fvad.wasm': 'node_modules/@echogarden/fvad-wasm' };

/** What the bundles hold, as their own source maps and files say. `files` by path, those of a deployable under `packages/`. In the order of names. */
export async function shippedPackages(files: ReadonlyMap<string, Uint8Array>): Promise<readonly ShippedPackage[]> {
  const shippedIn = new Map<string, Set<string>>();
  for (const [file, content] of files) {
    const [top, deployable] = file.split('/');
    if (top !== 'packages' || deployable === undefined) continue;
    for (const folder of foldersIn(file, content)) {
      const known = shippedIn.get(folder) ?? new Set();
      shippedIn.set(folder, known.add(deployable));
    }
  }
  const found = await Promise.all(
    [...shippedIn].map(async ([folder, deployables]) => ({
      ...manifest.parse(JSON.parse(await readFile(path.join(root, folder, 'package.json'), 'utf8'))),
      folder,
      shippedIn: [...deployables].sort(),
    })),
  );
  return found.sort((one, other) => (refOf(one) < refOf(other) ? -1 : 1));
}

/** How npm's bill of materials calls it. */
export function refOf({ name, version }: Pick<ShippedPackage, 'name' | 'version'>): string {
  return `${name}@${version}`;
}

function foldersIn(file: string, content: Uint8Array): readonly string[] {
  if (file.endsWith('.map')) {
    const { sources } = sourceMap.parse(JSON.parse(Buffer.from(content).toString('utf8')));
    return sources.flatMap(
      (source) => /node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(source)?.[0] ?? [],
    );
  }
  return [DATA_PACKAGES[path.basename(file)] ?? []].flat();
}
