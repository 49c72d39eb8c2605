import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import * as z from 'zod';
import { DEPLOYABLES, root } from '../build/deployable.ts';
import { packageInto } from '../build/package-into.ts';
import { billOfMaterials } from './bill-of-materials.ts';
import { azureYamlForBundle, dockerfileForBundle } from './for-bundle.ts';
import type { Origin } from './origin.ts';
import { readMe } from './read-me.ts';
import { shippedPackages } from './shipped-packages.ts';
import { tarOf } from './tar.ts';
import { thirdPartyLicences } from './third-party.ts';

export interface Release {
  /** Such as `trunkline-0.1.0`: the folder in the archive, and the archive's name. */
  readonly name: string;
  /** A gzipped tar archive. */
  readonly archive: Buffer;
  readonly sha256: string;
  readonly fileCount: number;
}

/** What is taken as it is, beside the packages. */
const TAKEN = ['infra', 'docs', 'sip-edge/README.md', 'CHANGELOG.md', 'SECURITY.md'] as const;
/** Of these folders: programs of the repository, which a bundle does not run. */
const LEFT_OUT = /\.ts$|(^|\/)tsconfig\.json$/;

const project = z.object({ version: z.string(), license: z.string() });

/** Everything that is needed to deploy one version, in one archive. The same source gives the same bytes. Throws when something cannot be built or found. */
export async function makeRelease(origin: Origin): Promise<Release> {
  const { version, license } = project.parse(JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')));
  const name = `trunkline-${version}${origin.tree === 'modified' ? '-modified' : ''}`;
  const files = new Map<string, Buffer>();
  await addPackages(files);
  for (const place of TAKEN) await addTree(files, path.join(root, place), place);
  await addForBundle(files);
  const shipped = await shippedPackages(files);
  const addText = (file: string, text: string): void => void files.set(file, Buffer.from(text));
  addText('sbom.cdx.json', await billOfMaterials(shipped, origin));
  addText('THIRD-PARTY-LICENCES.txt', await thirdPartyLicences(shipped));
  addText('README.md', readMe(version, origin, license));
  addText('manifest.json', manifestOf(files, { name: 'trunkline', version, license, ...tellOrigin(origin) }));
  const inFolder = new Map([...files].map(([file, content]) => [`${name}/${file}`, content]));
  const archive = gzip(tarOf(inFolder, origin.committedAtMs));
  return { name, archive, sha256: sha256Of(archive), fileCount: files.size };
}

async function addPackages(files: Map<string, Buffer>): Promise<void> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'trunkline-release-'));
  try {
    for (const deployable of DEPLOYABLES) {
      await packageInto(deployable, path.join(scratch, deployable));
      await addTree(files, path.join(scratch, deployable), `packages/${deployable}`);
    }
  } finally {
    await rm(scratch, { recursive: true });
  }
}

async function addForBundle(files: Map<string, Buffer>): Promise<void> {
  const repositorys = await readFile(path.join(root, 'azure.yaml'), 'utf8');
  files.set('azure.yaml', Buffer.from(azureYamlForBundle(repositorys)));
  for (const deployable of ['media-bridge', 'sip-edge']) {
    const at = `infra/containers/${deployable}.Dockerfile`;
    files.set(at, Buffer.from(dockerfileForBundle((files.get(at) ?? '').toString(), deployable)));
  }
}

/** A file, or a folder with all that is in it, by the path it has in the bundle. */
async function addTree(files: Map<string, Buffer>, from: string, to: string): Promise<void> {
  if (!(await isFolder(from))) {
    if (!LEFT_OUT.test(to)) files.set(to, await readFile(from));
    return;
  }
  for (const entry of await readdir(from)) await addTree(files, path.join(from, entry), `${to}/${entry}`);
}

async function isFolder(place: string): Promise<boolean> {
  const parent = await readdir(path.dirname(place), { withFileTypes: true });
  return parent.find(({ name }) => name === path.basename(place))?.isDirectory() ?? false;
}

function manifestOf(files: ReadonlyMap<string, Buffer>, about: object): string {
  const listed = [...files]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([file, content]) => ({ path: file, bytes: content.byteLength, sha256: sha256Of(content) }));
  return `${JSON.stringify({ ...about, files: listed }, undefined, 2)}\n`;
}

function tellOrigin({ commit, committedAtMs, tree }: Origin): object {
  return { commit, committedAt: new Date(committedAtMs).toISOString(), tree };
}

function sha256Of(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The tenth byte of a gzip file names the system it was made on (RFC 1952): 255 is unknown, and the same everywhere. */
function gzip(content: Buffer): Buffer {
  const packed = gzipSync(content);
  packed[9] = 255;
  return packed;
}
