import path from 'node:path';
import { pino } from 'pino';
import { endWithSignals } from '../process/lifetime.ts';
import { settingsOrExit } from '../process/settings.ts';
import { AppFolderError } from './app/manifest.ts';
import { FunctionsError } from './app/functions.ts';
import { loadConfig } from './config.ts';
import { startFunctionsHost } from './host.ts';
import { AppLoadError } from './worker/worker-child.ts';

const config = settingsOrExit(() => loadConfig(process.env));
const log = pino({ level: config.logLevel, base: { component: 'functions-host' } });

const host = await startFunctionsHost({
  ...config,
  folder: path.resolve(config.folder),
  log,
  onGaveUp: (reason) => leave(reason),
}).catch((error: unknown) => {
  if (error instanceof AppLoadError) log.debug({ file: error.file, stack: error.appStack }, 'app not loaded');
  const isForPeople =
    error instanceof AppLoadError || error instanceof AppFolderError || error instanceof FunctionsError;
  if (!(error instanceof Error)) return leave(String(error));
  return leave(isForPeople ? error.message : (error.stack ?? error.message));
});

endWithSignals(
  async (reason) => {
    await host.close();
    log.info({ reason }, 'ended');
  },
  { exitWithParent: config.exitWithParent, onFailure: (error) => log.error({ err: error }, 'could not end cleanly') },
);
const functions = host.functions.map(({ functionName, kind }) => `${functionName} (${kind})`);
log.info({ listening: { http: host.url }, functions }, 'ready');

function leave(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}
