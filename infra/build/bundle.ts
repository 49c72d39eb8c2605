import { copyFile, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions, type Metafile } from 'esbuild';

/** `npm run build [-- DEPLOYABLE...]`: one file a deployable, so that a cold start reads one file and an image needs no node_modules. */
const root = fileURLToPath(new URL('../../', import.meta.url));

const DEPLOYABLES = ['functions', 'media-bridge', 'sip-edge'] as const;
type Deployable = (typeof DEPLOYABLES)[number];

/** What belongs to the bridge: in the functions it would only make cold starts longer, and would say that the boundary is broken. */
const NOT_IN_FUNCTIONS = /node_modules\/(microsoft-cognitiveservices-speech-sdk|openai|@azure\/openai)\//;

/** Dependencies that are CommonJS ask for `require`, which an ES module does not have. */
const REQUIRE_FOR_ESM = [
  "import { createRequire as __createRequire } from 'node:module';",
  'const require = __createRequire(import.meta.url);',
].join('\n');

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node22',
  sourcemap: true,
  minifySyntax: true,
  logLevel: 'warning',
} satisfies BuildOptions;

async function bundle(deployable: Deployable): Promise<void> {
  const folder = path.join(root, 'dist', deployable);
  await mkdir(folder, { recursive: true });
  const { metafile, outputFiles } = await build({
    ...common,
    ...(await optionsOf(deployable, folder)),
    metafile: true,
    write: false,
  });
  if (deployable === 'functions') refuseForeignInputs(metafile);
  for (const { path: file, contents } of outputFiles) {
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

async function optionsOf(deployable: Deployable, folder: string): Promise<BuildOptions> {
  if (deployable !== 'functions') {
    return {
      entryPoints: [path.join(root, deployable, 'main.ts')],
      outfile: path.join(folder, 'main.js'),
      format: 'esm',
      banner: { js: REQUIRE_FOR_ESM },
    };
  }
  return {
    stdin: { contents: await importsOfTriggers(), resolveDir: root, sourcefile: 'triggers.ts', loader: 'ts' },
    outfile: path.join(folder, 'main.cjs'),
    format: 'cjs',
    // The worker of the host gives it; it is no package.
    external: ['@azure/functions-core'],
  };
}

/** Each file directly in functions/ registers one trigger when it is imported. */
async function importsOfTriggers(): Promise<string> {
  const files = (await readdir(path.join(root, 'functions'))).filter((file) => file.endsWith('.ts')).sort();
  return files.map((file) => `import './functions/${file}';`).join('\n');
}

function refuseForeignInputs(metafile: Metafile): void {
  const foreign = Object.keys(metafile.inputs).filter((input) => NOT_IN_FUNCTIONS.test(input));
  const [first] = foreign;
  if (first !== undefined) {
    throw new Error(`The functions would contain ${foreign.length} files of a speech or model SDK, such as ${first}`);
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
