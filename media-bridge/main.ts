import { createLogger } from '#adapters/logging/logger';
import { ConfigurationError, exitOnConfigurationError } from '#adapters/settings/load-settings';
import { compose } from './compose.ts';
import { loadBridgeConfig } from './config.ts';
import { startBridge } from './server.ts';

const config = exitOnConfigurationError(() => loadBridgeConfig(process.env));
const log = createLogger('bridge', config.log);
const { services, close } = await compose(config, log).catch(endWithReason);
const bridge = await startBridge(config.listen.host, config.listen.port, services).catch(endWithReason);
log.info({ listening: { http: bridge.url } }, 'ready');

/** For what the person who starts the bridge can mend: a wrong file, a port that is taken. */
function endWithReason(error: unknown): never {
  const isTheirs = error instanceof ConfigurationError || (error instanceof Error && 'syscall' in error);
  if (!isTheirs) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

/** First signal: drain. A second one, or a parent that is gone, does not wait for the calls. */
function end(drainTimeoutMs: number): void {
  log.info({ calls: bridge.registry.size, drainTimeoutMs }, 'draining');
  void bridge.close(drainTimeoutMs).then(() => {
    close();
    process.exit(0);
  });
}

process.on('SIGTERM', () => end(config.listen.drainTimeoutMs));
process.on('SIGINT', () => end(0));
if (config.listen.exitWithParent) process.stdin.on('end', () => end(0)).resume();

// One call's fault must not take the others with it. What was not foreseen is told, with its stack, and is a bug.
process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
