import type { Telemetry } from '#core/ports/telemetry';
import type { Measurement } from '#core/telemetry/measurement';
import type { Log } from '../logging/logger.ts';
import type { EndedSpan } from './ended-span.ts';
import { noTelemetry } from './no-telemetry.ts';
import type { Pipeline } from './pipeline.ts';
import type { TelemetryConfig } from './settings.ts';
import { callTrace } from './spans.ts';

export interface OpenedTelemetry extends Telemetry {
  /** Loads what sends, at the latest now. Never rejects. */
  load(): Promise<void>;
  /** Sends what is left, for so long at most. Never rejects. */
  close(limitMs: number): Promise<void>;
}

interface OpenOptions {
  /** `service.name` of what this program sends. */
  readonly service: 'trunkline-functions' | 'trunkline-media-bridge';
  readonly log: Log;
  /** How long after the first span or figure the libraries are loaded, when nobody asks for it before: an answer comes first. */
  readonly loadAfterMs: number;
}

/** Kept while the libraries load. More than an app can have seen by then. */
const WAITING_MAX = 2_000;

/** OpenTelemetry, to wherever the settings say; nothing at all when they say nothing. */
export function openTelemetry(config: TelemetryConfig, { service, log, loadAfterMs }: OpenOptions): OpenedTelemetry {
  if (config.otlp === undefined && config.azureMonitor === undefined) {
    return { ...noTelemetry, load: () => Promise.resolve(), close: () => Promise.resolve() };
  }
  let send: ((pipeline: Pipeline) => void)[] | undefined = [];
  let pipeline: Pipeline | undefined;
  let loading: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const load = async (): Promise<void> => {
    try {
      const { startPipeline } = await import('./pipeline.ts');
      pipeline = await startPipeline(config, service, log);
      for (const one of send ?? []) one(pipeline);
    } catch (error) {
      log.error({ err: error }, 'telemetry not sent');
    }
    send = undefined;
  };
  const loadOnce = (): Promise<void> => {
    clearTimeout(timer);
    return (loading ??= load());
  };
  const pass = (one: (pipeline: Pipeline) => void): void => {
    if (pipeline !== undefined) one(pipeline);
    else if (send !== undefined && send.length < WAITING_MAX) {
      send.push(one);
      timer ??= setTimeout(() => void loadOnce(), loadAfterMs).unref();
    }
  };
  const sendSpan = (span: EndedSpan): void => pass((to) => to.span(span));
  return {
    call: (correlationId) => callTrace(correlationId, sendSpan),
    record: (measurement: Measurement) => pass((to) => to.record(measurement)),
    load: loadOnce,
    close: async (limitMs) => {
      const limit = Promise.withResolvers<undefined>();
      const late = setTimeout(() => {
        log.warn({ limitMs }, 'telemetry not sent in time');
        limit.resolve(undefined);
      }, limitMs);
      await Promise.race([loadOnce().then(() => pipeline?.close()), limit.promise]);
      clearTimeout(late);
    },
  };
}
