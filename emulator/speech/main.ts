import { pino } from 'pino';
import { endWithSignals } from '../process/lifetime.ts';
import { settingsOrExit } from '../process/settings.ts';
import { loadConfig } from './config.ts';
import { startSpeechServer } from './server.ts';

const config = settingsOrExit(() => loadConfig(process.env));
const log = pino({ level: config.logLevel, base: { component: 'speech' } });
const server = await startSpeechServer({ ...config, log }).catch((error: unknown) => {
  log.fatal({ reason: error instanceof Error ? error.message : String(error) }, 'could not start');
  process.exit(1);
});

endWithSignals(
  async (reason) => {
    await server.close();
    log.info({ reason }, 'ended');
  },
  { exitWithParent: config.exitWithParent, onFailure: (error) => log.error({ err: error }, 'could not end cleanly') },
);
log.info({ listening: { http: server.url } }, 'ready');
