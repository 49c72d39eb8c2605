import path from 'node:path';
import { bundleInto } from './bundle-into.ts';
import { root } from './deployable.ts';
import { namedDeployables } from './named.ts';

/** `npm run build [-- DEPLOYABLE...]`: one file a deployable, so that a cold start reads one file and an image needs no node_modules. */
const wanted = namedDeployables(process.argv.slice(2));
if (wanted === undefined) process.exitCode = 2;
for (const deployable of wanted ?? []) {
  for (const file of await bundleInto(deployable, path.join(root, 'dist', deployable))) {
    if (!file.path.endsWith('.map'))
      console.log(`${path.relative(root, file.path)}  ${Math.round(file.bytes / 1024)} KiB`);
  }
}
