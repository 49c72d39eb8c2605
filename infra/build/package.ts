import { rm } from 'node:fs/promises';
import path from 'node:path';
import { root } from './deployable.ts';
import { namedDeployables } from './named.ts';
import { packageInto } from './package-into.ts';

/** `npm run package [-- DEPLOYABLE...]`: each deployable in a folder of its own under dist/package. */
const wanted = namedDeployables(process.argv.slice(2));
if (wanted === undefined) process.exitCode = 2;
for (const deployable of wanted ?? []) {
  const folder = path.join(root, 'dist', 'package', deployable);
  await rm(folder, { recursive: true, force: true });
  await packageInto(deployable, folder);
  console.log(path.relative(root, folder));
}
