import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../build/deployable.ts';
import { makeRelease } from './make-release.ts';
import { originOf } from './origin.ts';

/** `npm run release`: the archive of this version under dist/release, with its SHA-256 beside it. */
const folder = path.join(root, 'dist', 'release');
await mkdir(folder, { recursive: true });
const origin = await originOf();
const { name, archive, sha256, fileCount } = await makeRelease(origin);
const file = `${name}.tar.gz`;
await writeFile(path.join(folder, file), archive);
await writeFile(path.join(folder, `${file}.sha256`), `${sha256}  ${file}\n`);
console.log(`dist/release/${file}: ${fileCount} files, ${Math.round(archive.byteLength / 1024)} KiB\nsha256 ${sha256}`);
if (origin.tree === 'modified') console.log('not for others: files differ from the commit (git status)');
