import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';
import { BUNDLE, functionsSettings } from './functions-process.ts';

const run = promisify(execFile);
const LOADER = fileURLToPath(new URL('load-app.ts', import.meta.url));
/** The app is loaded, not used: nothing listens at any of its addresses. */
const NOWHERE = 'http://127.0.0.1:9';
const STORAGE = ['Blob', 'Queue', 'Table'].map((service) => `${service}Endpoint=${NOWHERE}/trunkline`).join(';');

const report = z.object({ loadMs: z.number(), sinceProcessStartMs: z.number() });

/** In milliseconds: the app's file alone, and with the start of Node before it. */
export type Load = z.infer<typeof report>;

/** Loads the bundled app once in a fresh process, with settings as they would be. */
export async function loadOnce(signal: AbortSignal): Promise<Load> {
  const storage = `DefaultEndpointsProtocol=http;AccountName=trunkline;AccountKey=a2V5;${STORAGE};`;
  const { stdout } = await run(process.execPath, [LOADER, BUNDLE], {
    env: { ...functionsSettings(NOWHERE, storage) },
    signal,
  });
  return report.parse(JSON.parse(stdout));
}
