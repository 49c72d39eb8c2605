import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';

const attributes = z
  .array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }))
  .default([])
  .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]])));
const resource = z.object({ attributes });
const event = z.object({ name: z.string(), attributes });
const nanoseconds = z.union([z.string(), z.number()]).transform((value) => Number(BigInt(value) / 1_000n) / 1_000);
const span = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z.string().optional(),
  name: z.string(),
  startTimeUnixNano: nanoseconds,
  endTimeUnixNano: nanoseconds,
  attributes,
  events: z.array(event).default([]),
  status: z.object({ code: z.number().default(0), message: z.string().optional() }).default({ code: 0 }),
});
const point = z.object({ attributes });
const points = z.object({ dataPoints: z.array(point) });
const metric = z.object({
  name: z.string(),
  sum: points.optional(),
  gauge: points.optional(),
  histogram: points.optional(),
});
const traces = z.object({
  resourceSpans: z.array(z.object({ resource, scopeSpans: z.array(z.object({ spans: z.array(span) })) })),
});
const metrics = z.object({
  resourceMetrics: z.array(z.object({ resource, scopeMetrics: z.array(z.object({ metrics: z.array(metric) })) })),
});

/** A span as it came over the wire; times in milliseconds since the epoch. */
export interface ReceivedSpan {
  readonly service: unknown;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly { readonly name: string; readonly attributes: Readonly<Record<string, unknown>> }[];
  readonly failure: string | undefined;
}

export interface ReceivedMetric {
  readonly service: unknown;
  readonly name: string;
  readonly attributes: readonly Readonly<Record<string, unknown>>[];
}

export interface OtlpReceiver {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  readonly metrics: readonly ReceivedMetric[];
  /** Resolves when `holds` does, looked at after everything that comes. */
  until(holds: (receiver: OtlpReceiver) => boolean): Promise<void>;
  close(): Promise<void>;
}

/** An OTLP/HTTP endpoint for JSON, as a collector is one: https://opentelemetry.io/docs/specs/otlp/#otlphttp */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const [spans, measured]: [ReceivedSpan[], ReceivedMetric[]] = [[], []];
  const waiters = new Set<() => void>();
  const take = (path: string | undefined, body: unknown): void => {
    if (path === '/v1/traces') spans.push(...spansOf(body));
    else if (path === '/v1/metrics') measured.push(...metricsOf(body));
    for (const look of waiters) look();
  };
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      take(request.url, JSON.parse(Buffer.concat(pieces).toString('utf8')));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: OtlpReceiver = {
    url: `http://127.0.0.1:${port}`,
    spans,
    metrics: measured,
    until: (holds) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!holds(receiver)) return;
          waiters.delete(look);
          resolve();
        };
        waiters.add(look);
        look();
      }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return receiver;
}

function spansOf(body: unknown): ReceivedSpan[] {
  return traces.parse(body).resourceSpans.flatMap(({ resource: of, scopeSpans }) =>
    scopeSpans.flatMap((scope) =>
      scope.spans.map(({ startTimeUnixNano: startMs, endTimeUnixNano: endMs, parentSpanId, status, ...rest }) => ({
        ...rest,
        service: of.attributes['service.name'],
        parentSpanId: parentSpanId === '' ? undefined : parentSpanId,
        startMs,
        endMs,
        failure: status.code === 2 ? (status.message ?? '') : undefined,
      })),
    ),
  );
}

function metricsOf(body: unknown): ReceivedMetric[] {
  return metrics.parse(body).resourceMetrics.flatMap(({ resource: of, scopeMetrics }) =>
    scopeMetrics.flatMap((scope) =>
      scope.metrics.map(({ name, sum, gauge, histogram }) => ({
        service: of.attributes['service.name'],
        name,
        attributes: (sum ?? gauge ?? histogram)?.dataPoints.map((one) => one.attributes) ?? [],
      })),
    ),
  );
}
