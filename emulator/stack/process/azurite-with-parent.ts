import { pathToFileURL } from 'node:url';

/** Azurite does not look at its standard input: this process does, and leaves with its parent. In memory, there is nothing to save. */
const [, , azurite = ''] = process.argv;
process.argv.splice(1, 2, azurite);
const leave = (): never => process.exit(0);
process.once('SIGTERM', leave);
process.once('SIGINT', leave);
process.stdin.once('end', leave);
process.stdin.once('error', leave);
process.stdin.resume();
await import(pathToFileURL(azurite).href);
