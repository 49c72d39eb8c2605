import { pathToFileURL } from 'node:url';

/** Azurite does not look at its standard input: this process does, and leaves with its parent. In memory, there is nothing to save. */
const [, , azurite = ''] = process.argv;
process.argv.splice(1, 2, azurite);
process.stdin.once('end', () => process.exit(0));
process.stdin.once('error', () => process.exit(0));
process.stdin.resume();
await import(pathToFileURL(azurite).href);
