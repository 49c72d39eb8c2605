import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { systemRandom } from '#adapters/random/random-numbers';
import { gatheredStdout } from '#adapters/logging/gathered-lines';
import { createLogger } from '#adapters/logging/logger';
import { openTelemetry } from '#adapters/telemetry/open-telemetry';
import { ConfigurationError, exitOnConfigurationError } from '#adapters/settings/load-settings';
import { compose } from './compose.ts';
import { loadBridgeConfig } from './config.ts';
import { yieldHelperThreads } from './helper-threads.ts';
import { reportSelf } from './self-report.ts';
import { startBridge } from './server.ts';

/** Of a process that ends; the platform gives it some seconds beside its calls. */
const LAST_TELEMETRY_LIMIT_MS = 2_000;

const config = exitOnConfigurationError(() => loadBridgeConfig(process.env));
const log = createLogger('bridge', config.log, gatheredStdout());
// Loaded before the first call: what that takes is nobody's wait.
const telemetry = openTelemetry(config.telemetry, { service: 'trunkline-media-bridge', log, loadAfterMs: 0 });
await telemetry.load();
const { services, reports, failing, close } = await compose(config, log, telemetry).catch(endWithReason);
const bridge = await startBridge(config.listen.host, config.listen.port, services).catch(endWithReason);
const report = reportSelf({
  reports,
  failing,
  registry: bridge.registry,
  replica: `${hostname().replaceAll(/[^A-Za-z0-9.-]/g, '-')}-${randomUUID().slice(0, 8)}`,
  maxCalls: config.listen.maxCalls,
  clock: services.clock,
  random: systemRandom,
  log,
  telemetry,
});
log.info({ listening: { http: bridge.url }, yieldingThreads: yieldHelperThreads() }, 'ready');

/** For what the person who starts the bridge can mend: a wrong file, a port that is taken. */
function endWithReason(error: unknown): never {
  const isTheirs = error instanceof ConfigurationError || (error instanceof Error && 'syscall' in error);
  if (!isTheirs) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

/** SIGTERM: drain. A second signal, or a parent that is gone, does not wait for the calls, nor for a good moment to give them away. */
function end(drainTimeoutMs: number): void {
  log.info({ calls: bridge.registry.size, drainTimeoutMs }, 'draining');
  const closed = bridge.close(drainTimeoutMs);
  report.hurry();
  void closed.then(async () => {
    await report.end();
    close();
    await telemetry.close(LAST_TELEMETRY_LIMIT_MS);
    process.exit(0);
  });
}

process.on('SIGTERM', () => end(config.listen.drainTimeoutMs));
process.on('SIGINT', () => end(0));
if (config.listen.exitWithParent) process.stdin.on('end', () => end(0)).resume();

// One call's fault must not take the others with it. What was not foreseen is told, with its stack, and is a bug.
process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
