/** Sends spans over OTLP and to Azure Monitor. Loaded only when one of them is set. */
import { hostname } from 'node:os';
import { diag, DiagLogLevel, SpanKind, SpanStatusCode, TraceFlags, type HrTime } from '@opentelemetry/api';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace';
import type { EdgeConfig } from '../config.ts';
import type { Log } from '../log.ts';
import { exportProblems } from './export-problems.ts';
import type { EndedSpan } from './traces.ts';

export type TelemetryConfig = NonNullable<EdgeConfig['telemetry']>;

export interface SpanSender {
  send(span: EndedSpan): void;
  /** Sends what is left, for two seconds at most. */
  close(): Promise<void>;
}

const LAST_SPANS_LIMIT_MS = 2_000;

export async function createSpanSender(config: TelemetryConfig, log: Log): Promise<SpanSender> {
  const problems = exportProblems(log);
  diag.setLogger(problems, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const resource = resourceFromAttributes({
    'service.name': 'trunkline-sip-edge',
    'service.namespace': 'trunkline',
    'service.instance.id': `${hostname()}-${String(process.pid)}`,
  }).merge(detectResources({ detectors: [envDetector] }));
  const processors = (await exportersOf(config)).map(
    (exporter) => new BatchSpanProcessor({ exporter, scheduledDelayMillis: config.spanDelayMs }),
  );
  return {
    send(span) {
      const { traceId, id, parentId, failure } = span;
      const own = { traceId, spanId: id, traceFlags: TraceFlags.SAMPLED };
      for (const processor of processors) {
        processor.onEnd({
          name: span.name,
          kind: SpanKind.INTERNAL,
          spanContext: () => own,
          parentSpanContext: { traceId, spanId: parentId, traceFlags: TraceFlags.SAMPLED },
          startTime: hrTime(span.startMs),
          endTime: hrTime(span.endMs),
          duration: hrTime(span.endMs - span.startMs),
          status:
            failure === undefined ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: failure },
          attributes: { ...span.attributes },
          links: [],
          events: span.events.map(({ name, atMs }) => ({ name, time: hrTime(atMs), attributes: {} })),
          ended: true,
          resource,
          instrumentationScope: { name: 'trunkline-sip-edge' },
          droppedAttributesCount: 0,
          droppedEventsCount: 0,
          droppedLinksCount: 0,
        });
      }
    },
    async close() {
      const limit = Promise.withResolvers<undefined>();
      const late = setTimeout(() => {
        log.warn({ limitMs: LAST_SPANS_LIMIT_MS }, 'telemetry not sent in time');
        limit.resolve(undefined);
      }, LAST_SPANS_LIMIT_MS);
      const ends = processors.map((processor) =>
        processor.shutdown().catch((error: unknown) => {
          problems.error('at the end', error);
        }),
      );
      await Promise.race([Promise.all(ends), limit.promise]);
      clearTimeout(late);
    },
  };
}

async function exportersOf({ otlp, azureMonitor }: TelemetryConfig): Promise<readonly SpanExporter[]> {
  const exporters: SpanExporter[] = [];
  if (otlp !== undefined) {
    const { OTLPTraceExporter } =
      otlp === 'http/json'
        ? await import('@opentelemetry/exporter-trace-otlp-http')
        : await import('@opentelemetry/exporter-trace-otlp-proto');
    exporters.push(new OTLPTraceExporter());
  }
  if (azureMonitor !== undefined) {
    const { AzureMonitorTraceExporter } = await import('@azure/monitor-opentelemetry-exporter');
    const { connectionString } = azureMonitor;
    if (azureMonitor.byIdentity) {
      const { DefaultAzureCredential } = await import('@azure/identity');
      exporters.push(new AzureMonitorTraceExporter({ connectionString, credential: new DefaultAzureCredential() }));
    } else exporters.push(new AzureMonitorTraceExporter({ connectionString }));
  }
  return exporters;
}

/** Seconds and nanoseconds; the edge's times are whole milliseconds. */
function hrTime(ms: number): HrTime {
  return [Math.floor(ms / 1_000), Math.round(ms % 1_000) * 1e6];
}
