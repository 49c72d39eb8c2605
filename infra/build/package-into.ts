import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleInto } from './bundle-into.ts';
import { root, type Deployable } from './deployable.ts';

/** What is deployed beside the bundle: files and folders of the repository, by where they lie in both. */
const FILES: Readonly<Record<Deployable, readonly string[]>> = {
  functions: ['host.json', 'agents'],
  'media-bridge': ['agents'],
  'sip-edge': [],
};

/** Puts exactly what is deployed into an empty folder: the images and the Functions package are such folders. */
export async function packageInto(deployable: Deployable, folder: string): Promise<void> {
  await bundleInto(deployable, folder);
  for (const file of FILES[deployable]) await cp(path.join(root, file), path.join(folder, file), { recursive: true });
  await writeFile(path.join(folder, 'package.json'), `${JSON.stringify(await manifestOf(deployable), undefined, 2)}\n`);
}

/** No dependencies: all are in the bundle. */
async function manifestOf(deployable: Deployable): Promise<object> {
  const text = await readFile(path.join(root, 'package.json'), 'utf8');
  const { version } = JSON.parse(text) as { readonly version: string };
  const name = `trunkline-${deployable}`;
  return deployable === 'functions'
    ? { name, version, private: true, main: 'main.cjs' }
    : { name, version, private: true, type: 'module', main: 'main.js' };
}
