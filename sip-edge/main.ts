/** The SIP edge as a process. */
import { pino } from 'pino';
import { createEdge } from './compose.ts';
import type { SpanSender } from './telemetry/exporter.ts';
import { InvalidConfiguration, loadConfig, type EdgeConfig } from './config.ts';
import { TrunkAddresses } from './control/trunk-addresses.ts';
import type { Log } from './log.ts';
import { endWithSignals } from './process-end.ts';
import { readStartupFiles } from './startup-files.ts';
import { createTraces, noTraces } from './telemetry/traces.ts';
import { createTelephony } from './telephony.ts';

async function start(): Promise<void> {
  const config = loadConfig(process.env);
  const { tls, trunks: trunksOfFile, configuration } = await readStartupFiles(config);
  const log = pino({ level: config.logLevel, base: { component: 'edge' } });
  // One call's fault must not end all calls. What was not foreseen is told, with its stack, and is a bug.
  process.on('unhandledRejection', (error) => {
    log.error({ err: error }, 'unhandled rejection');
  });
  const trunks = new TrunkAddresses(trunksOfFile);
  const sender = await spanSender(config.telemetry, log);
  const { listen, domain, rtp, transferHeaders } = config.sip;
  const edge = await createEdge(
    config,
    {
      trunks,
      configuration,
      open: (routing) =>
        createTelephony({ listen, domain, tls, trunks: trunks.trunks, routing, rtp, transferHeaders, log }),
    },
    log,
    sender === undefined
      ? noTraces
      : createTraces((span) => {
          sender.send(span);
        }),
  );
  endWithSignals(
    async (reason) => {
      if (reason === 'SIGTERM') await edge.drain(config.drainTimeoutMs, nextEnding(config.exitWithParent));
      await edge.close();
      await sender?.close();
      log.info({ reason }, 'ended');
    },
    {
      exitWithParent: config.exitWithParent,
      onFailure: (error) => {
        log.error({ err: error }, 'could not end cleanly');
      },
    },
  );
  log.info({ listening: edge.listening }, 'ready');
}

/** Nothing is loaded when traces go nowhere. */
async function spanSender(config: EdgeConfig['telemetry'], log: Log): Promise<SpanSender | undefined> {
  if (config === undefined) return undefined;
  const { createSpanSender } = await import('./telemetry/exporter.ts');
  return createSpanSender(config, log);
}

/** Aborts with a further signal, or when the parent goes: then nobody waits for the calls. */
function nextEnding(exitWithParent: boolean): AbortSignal {
  const hurry = new AbortController();
  const abort = (): void => {
    hurry.abort();
  };
  process.once('SIGTERM', abort).once('SIGINT', abort);
  if (exitWithParent) process.stdin.once('end', abort).once('error', abort);
  return hurry.signal;
}

await start().catch((error: unknown) => {
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(error instanceof InvalidConfiguration ? `${text}\n` : `The edge did not start: ${text}\n`);
  process.exit(1);
});
