import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions, type Metafile, type OutputFile, type Plugin } from 'esbuild';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export const DEPLOYABLES = ['functions', 'media-bridge', 'sip-edge'] as const;
export type Deployable = (typeof DEPLOYABLES)[number];

/** What belongs to the bridge: in the functions it would only make cold starts longer, and would say that the boundary is broken. */
const NOT_IN_FUNCTIONS =
  /node_modules\/(microsoft-cognitiveservices-speech-sdk|openai|@azure\/openai|@azure\/search-documents|minisearch|ws)\//;

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

export interface Bundle {
  /** To be written to where they say. */
  readonly files: readonly OutputFile[];
  /** What went in. */
  readonly metafile: Metafile;
}

/** One deployable as one file, and its map; the functions with files for later. Writes nothing. Throws when something is in it that does not belong there. */
export async function bundleOf(deployable: Deployable): Promise<Bundle> {
  const folder = path.join(root, 'dist', deployable);
  const options = await optionsOf(deployable, folder);
  const wanted =
    deployable === 'functions' ? [options, ...LATER.map((later) => laterOptions(later, folder))] : [options];
  const built = await Promise.all(wanted.map((one) => build({ ...common, ...one, metafile: true, write: false })));
  const metafile = {
    inputs: Object.assign({}, ...built.map((one) => one.metafile.inputs)) as Metafile['inputs'],
    outputs: Object.assign({}, ...built.map((one) => one.metafile.outputs)) as Metafile['outputs'],
  };
  if (deployable === 'functions') refuseForeignInputs(metafile);
  return { files: built.flatMap(({ outputFiles }) => outputFiles), metafile };
}

/**
 * What the functions load when they first need it, each in a file beside theirs: before a call is answered it is not even read. Another ending than the
 * app's, which the host looks for.
 */
const LATER: readonly Later[] = [
  {
    file: 'telemetry.mjs',
    asked: /^\.\/pipeline\.ts$/,
    by: path.join('adapters', 'telemetry', 'open-telemetry.ts'),
    contents: "export * from './adapters/telemetry/pipeline.ts';",
  },
  {
    file: 'storage-blob.mjs',
    asked: /^@azure\/storage-blob$/,
    by: path.join('adapters', 'storage', 'blob-container.ts'),
    contents: "export { BlobServiceClient } from '@azure/storage-blob';",
  },
];

interface Later {
  readonly file: string;
  /** As the import says it, and the file that says it. */
  readonly asked: RegExp;
  readonly by: string;
  readonly contents: string;
}

function laterOptions({ file, contents }: Later, folder: string): BuildOptions {
  return {
    stdin: { contents, resolveDir: root, sourcefile: file.replace(/mjs$/, 'ts'), loader: 'ts' },
    outfile: path.join(folder, file),
    format: 'esm',
    banner: { js: REQUIRE_FOR_ESM },
  };
}

const loadedLater: Plugin = {
  name: 'loaded-later',
  setup: (bundler) => {
    for (const { file, asked, by } of LATER) {
      bundler.onResolve({ filter: asked }, ({ kind, importer }) =>
        kind === 'dynamic-import' && importer.endsWith(by) ? { path: `./${file}`, external: true } : undefined,
      );
    }
  },
};

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
    plugins: [loadedLater],
  };
}

/** Each file directly in functions/ registers one trigger when it is imported. */
async function importsOfTriggers(): Promise<string> {
  const files = (await readdir(path.join(root, 'functions'))).filter((file) => file.endsWith('.ts')).sort();
  return ['start/no-prepared-schemas.ts', ...files].map((file) => `import './functions/${file}';`).join('\n');
}

function refuseForeignInputs(metafile: Metafile): void {
  const foreign = Object.keys(metafile.inputs).filter((input) => NOT_IN_FUNCTIONS.test(input));
  const [first] = foreign;
  if (first !== undefined) {
    throw new Error(`The functions would contain ${foreign.length} files of a speech or model SDK, such as ${first}`);
  }
}
