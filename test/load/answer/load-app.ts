/** A process of its own: loads the bundled app named on its command line as the host's worker does, tells how long that took, and ends. */
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const CORE_MODULE = new URL('../../../emulator/functions-host/worker/functions-core.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@azure/functions-core' ? { url: CORE_MODULE, shortCircuit: true } : next(specifier, context),
});

// The worker has it before it loads an app.
await import(CORE_MODULE);
const [, , bundle = ''] = process.argv;
const startMs = performance.now();
await import(pathToFileURL(bundle).href);
const endMs = performance.now();
process.stdout.write(`${JSON.stringify({ loadMs: endMs - startMs, sinceProcessStartMs: endMs })}\n`);
process.exit(0);
