import { hostname } from 'node:os';
import { diag, DiagLogLevel, SpanKind, SpanStatusCode, TraceFlags, type HrTime, type Meter } from '@opentelemetry/api';
import { detectResources, envDetector, resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader, type PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace';
import { INSTRUMENTS, type Measurement, type MeasurementName } from '#core/telemetry/measurement';
import { lazyAzureCredential } from '../identity/lazy-credential.ts';
import type { Log } from '../logging/logger.ts';
import type { EndedSpan } from './ended-span.ts';
import { exportProblems } from './export-problems.ts';
import type { TelemetryConfig } from './settings.ts';

/** Takes what has ended and sends it in batches, in the background. */
export interface Pipeline {
  span(span: EndedSpan): void;
  record(measurement: Measurement): void;
  /** Sends what is left. Never rejects: what fails is logged. */
  close(): Promise<void>;
}

interface Exporters {
  readonly spans: SpanExporter;
  readonly metrics: PushMetricExporter;
}

type Recorder = (value: number, attributes: Readonly<Record<string, string>>) => void;

const SCOPE = { name: 'trunkline' };
/** Of one batch; a destination that is down is dropped, not waited for. */
const EXPORT_LIMIT_MS = 10_000;

export async function startPipeline(config: TelemetryConfig, service: string, log: Log): Promise<Pipeline> {
  const resource = resourceOf(service);
  const problems = exportProblems(log);
  diag.setLogger(problems, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const destinations = await exportersOf(config);
  const delay = { scheduledDelayMillis: config.spanDelayMs, exportTimeoutMillis: EXPORT_LIMIT_MS };
  const processors = destinations.map(({ spans }) => new BatchSpanProcessor({ exporter: spans, ...delay }));
  const readers = destinations.map(
    ({ metrics }) =>
      new PeriodicExportingMetricReader({
        exporter: metrics,
        exportIntervalMillis: config.metricIntervalMs,
        exportTimeoutMillis: Math.min(EXPORT_LIMIT_MS, config.metricIntervalMs),
      }),
  );
  const meters = new MeterProvider({ resource, readers });
  const recorders = recordersOf(meters.getMeter(SCOPE.name));
  log.info({ destinations: destinations.length }, 'telemetry on');
  return {
    span: (span) => {
      const readable = readableSpan(span, resource);
      for (const processor of processors) processor.onEnd(readable);
    },
    record: (measurement) => {
      const value = 'value' in measurement ? measurement.value : 1;
      recorders[measurement.name](value, 'attributes' in measurement ? measurement.attributes : {});
    },
    close: async () => {
      const parts = [...processors.map((processor) => processor.shutdown()), meters.shutdown()];
      for (const part of await Promise.allSettled(parts)) {
        if (part.status === 'rejected') problems.error('at the end', part.reason);
      }
    },
  };
}

function resourceOf(service: string): Resource {
  const own = resourceFromAttributes({
    'service.name': service,
    'service.namespace': 'trunkline',
    'service.instance.id': `${hostname()}-${process.pid}`,
  });
  // What the operator says of the place (OTEL_RESOURCE_ATTRIBUTES) wins.
  return own.merge(detectResources({ detectors: [envDetector] }));
}

async function exportersOf({ otlp, azureMonitor }: TelemetryConfig): Promise<readonly Exporters[]> {
  const exporters: Exporters[] = [];
  if (otlp !== undefined) exporters.push(await otlpExporters(otlp.encoding));
  if (azureMonitor !== undefined) {
    const { AzureMonitorMetricExporter, AzureMonitorTraceExporter } =
      await import('@azure/monitor-opentelemetry-exporter');
    const { connectionString, by } = azureMonitor;
    const options = { connectionString, ...(by === 'identity' ? { credential: lazyAzureCredential() } : {}) };
    exporters.push({
      spans: new AzureMonitorTraceExporter(options),
      metrics: new AzureMonitorMetricExporter(options),
    });
  }
  return exporters;
}

async function otlpExporters(encoding: 'http/protobuf' | 'http/json'): Promise<Exporters> {
  const [traces, metrics] =
    encoding === 'http/json'
      ? await Promise.all([
          import('@opentelemetry/exporter-trace-otlp-http'),
          import('@opentelemetry/exporter-metrics-otlp-http'),
        ])
      : await Promise.all([
          import('@opentelemetry/exporter-trace-otlp-proto'),
          import('@opentelemetry/exporter-metrics-otlp-proto'),
        ]);
  return { spans: new traces.OTLPTraceExporter(), metrics: new metrics.OTLPMetricExporter() };
}

/** A span that is over: the library's own would want to be begun and ended by it, with a clock and ids of its own. */
function readableSpan(span: EndedSpan, resource: Resource): ReadableSpan {
  const context = (spanId: string) => ({ traceId: span.traceId, spanId, traceFlags: TraceFlags.SAMPLED });
  const own = context(span.id);
  return {
    name: span.name,
    // Azure Monitor shows the outermost one as a request, the others as what it depended on.
    kind: span.parentId === undefined ? SpanKind.SERVER : SpanKind.INTERNAL,
    spanContext: () => own,
    ...(span.parentId === undefined ? {} : { parentSpanContext: context(span.parentId) }),
    startTime: hrTime(span.startMs),
    endTime: hrTime(span.endMs),
    duration: hrTime(span.endMs - span.startMs),
    status:
      span.failure === undefined
        ? { code: SpanStatusCode.UNSET }
        : { code: SpanStatusCode.ERROR, message: span.failure },
    attributes: { ...span.attributes },
    links: [],
    events: span.events.map(({ name, atMs, attributes }) => ({
      name,
      time: hrTime(atMs),
      attributes: { ...attributes },
    })),
    ended: true,
    resource,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: span.droppedEvents,
    droppedLinksCount: 0,
  };
}

/** Seconds and nanoseconds. */
function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.min(Math.round((ms - seconds * 1_000) * 1e6), 999_999_999)];
}

function recordersOf(meter: Meter): { readonly [Name in MeasurementName]: Recorder } {
  const made = Object.entries(INSTRUMENTS).map(([name, instrument]) => {
    const { kind, unit, description, boundaries } = instrument;
    const options = { unit, description };
    switch (kind) {
      case 'counter': {
        const counter = meter.createCounter(name, options);
        return [name, (value, attributes) => counter.add(value, attributes)] satisfies [string, Recorder];
      }
      case 'gauge': {
        const gauge = meter.createGauge(name, options);
        return [name, (value, attributes) => gauge.record(value, attributes)] satisfies [string, Recorder];
      }
      case 'histogram': {
        const advice = boundaries === undefined ? {} : { explicitBucketBoundaries: [...boundaries] };
        const histogram = meter.createHistogram(name, { ...options, advice });
        return [name, (value, attributes) => histogram.record(value, attributes)] satisfies [string, Recorder];
      }
    }
  });
  return Object.fromEntries(made) as { readonly [Name in MeasurementName]: Recorder };
}
