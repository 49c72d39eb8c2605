import * as z from 'zod';
import { httpUrl, milliseconds } from '../settings/fields.ts';

/** Where spans and figures go; with neither destination nothing is loaded and nothing costs. */
export interface TelemetryConfig {
  readonly otlp: { readonly encoding: 'http/protobuf' | 'http/json' } | undefined;
  readonly azureMonitor:
    | {
        readonly connectionString: string;
        /** The connection string names a resource that takes nothing without a token. */
        readonly by: 'identity' | 'connection-string';
      }
    | undefined;
  readonly spanDelayMs: number;
  readonly metricIntervalMs: number;
}

const SPAN_DELAY_DEFAULT_MS = 5_000;
const METRIC_INTERVAL_DEFAULT_MS = 60_000;

/**
 * OpenTelemetry's own names (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). The exporter itself reads the endpoint, the
 * headers, the certificates and the time-outs, each also for traces or metrics alone.
 */
export const telemetrySettings = z
  .object({
    OTEL_SDK_DISABLED: z.enum(['true', 'false'], 'expected "true" or "false"').default('false'),
    OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional(),
    OTEL_EXPORTER_OTLP_PROTOCOL: z
      .enum(['http/protobuf', 'http/json'], 'expected "http/protobuf" or "http/json" (gRPC is not spoken)')
      .default('http/protobuf'),
    OTEL_BSP_SCHEDULE_DELAY: milliseconds(10, 60_000).default(SPAN_DELAY_DEFAULT_MS),
    OTEL_METRIC_EXPORT_INTERVAL: milliseconds(100, 3_600_000).default(METRIC_INTERVAL_DEFAULT_MS),
    APPLICATIONINSIGHTS_CONNECTION_STRING: z
      .string()
      .regex(/^InstrumentationKey=/i, 'expected the connection string of an Application Insights resource')
      .optional(),
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: z.string().optional(),
  })
  .transform((env): TelemetryConfig => {
    const isOn = env.OTEL_SDK_DISABLED === 'false';
    const connectionString = env.APPLICATIONINSIGHTS_CONNECTION_STRING;
    const byIdentity = /\bAuthorization=AAD\b/i.test(env.APPLICATIONINSIGHTS_AUTHENTICATION_STRING ?? '');
    return {
      otlp:
        isOn && env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined
          ? { encoding: env.OTEL_EXPORTER_OTLP_PROTOCOL }
          : undefined,
      azureMonitor:
        isOn && connectionString !== undefined
          ? { connectionString, by: byIdentity ? 'identity' : 'connection-string' }
          : undefined,
      spanDelayMs: env.OTEL_BSP_SCHEDULE_DELAY,
      metricIntervalMs: env.OTEL_METRIC_EXPORT_INTERVAL,
    };
  });
