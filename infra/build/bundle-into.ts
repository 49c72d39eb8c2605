import { copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { bundleOf, type Deployable } from './deployable.ts';

export interface BundledFile {
  readonly path: string;
  readonly bytes: number;
}

/** Writes a deployable's bundle, its map, and what it reads at run time beside itself. Gives what was written. */
export async function bundleInto(deployable: Deployable, folder: string): Promise<readonly BundledFile[]> {
  await mkdir(folder, { recursive: true });
  const written: BundledFile[] = [];
  for (const { path: made, contents } of (await bundleOf(deployable)).files) {
    const file = path.join(folder, path.basename(made));
    await exchange(file, contents);
    written.push({ path: file, bytes: contents.byteLength });
  }
  if (deployable === 'media-bridge') {
    // Read at run time beside the bundle: esbuild does not follow it.
    const detector = createRequire(import.meta.url).resolve('@echogarden/fvad-wasm/fvad.wasm');
    await copyFile(detector, path.join(folder, 'fvad.wasm'));
  }
  return written;
}

/** Whole or not at all: an app that is loading the older bundle is not disturbed. */
async function exchange(file: string, contents: Uint8Array): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, contents);
  await rename(temporary, file);
}
