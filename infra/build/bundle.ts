import { copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { bundleOf, DEPLOYABLES, root, type Deployable } from './deployable.ts';

/** `npm run build [-- DEPLOYABLE...]`: one file a deployable, so that a cold start reads one file and an image needs no node_modules. */
async function bundle(deployable: Deployable): Promise<void> {
  const folder = path.join(root, 'dist', deployable);
  await mkdir(folder, { recursive: true });
  const { files } = await bundleOf(deployable);
  for (const { path: file, contents } of files) {
    await exchange(file, contents);
    if (!file.endsWith('.map'))
      console.log(`${path.relative(root, file)}  ${Math.round(contents.byteLength / 1024)} KiB`);
  }
  if (deployable === 'media-bridge') {
    // Read at run time beside the bundle: esbuild does not follow it.
    const detector = createRequire(import.meta.url).resolve('@echogarden/fvad-wasm/fvad.wasm');
    await copyFile(detector, path.join(folder, 'fvad.wasm'));
  }
}

/** Whole or not at all: an app that is loading the older bundle is not disturbed. */
async function exchange(file: string, contents: Uint8Array): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, contents);
  await rename(temporary, file);
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !DEPLOYABLES.some((deployable) => deployable === name));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; there are ${DEPLOYABLES.join(', ')}`);
  process.exitCode = 2;
} else {
  for (const deployable of DEPLOYABLES) {
    if (wanted.length === 0 || wanted.includes(deployable)) await bundle(deployable);
  }
}
