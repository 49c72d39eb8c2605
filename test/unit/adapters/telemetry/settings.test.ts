import { describe, expect, it } from 'vitest';
import { loadSettings } from '#adapters/settings/load-settings';
import { telemetrySettings } from '#adapters/telemetry/settings';

const read = (env: Readonly<Record<string, string>>) =>
  loadSettings('test', { telemetry: telemetrySettings }, env).telemetry;
const CONNECTION = 'InstrumentationKey=a7c5e5ae-0000-4000-8000-2b6c1f5d7e90;IngestionEndpoint=https://example.com/';

describe('where traces go', () => {
  it('is nowhere when nothing is said', () => {
    expect(read({})).toMatchObject({ otlp: undefined, azureMonitor: undefined });
  });

  it('is nowhere when the SDK is switched off', () => {
    const env = { OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
    expect(read({ ...env, APPLICATIONINSIGHTS_CONNECTION_STRING: CONNECTION })).toMatchObject({
      otlp: undefined,
      azureMonitor: undefined,
    });
  });

  it('may be both', () => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
      APPLICATIONINSIGHTS_CONNECTION_STRING: CONNECTION,
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=1;Authorization=AAD',
    };
    expect(read(env)).toMatchObject({
      otlp: { encoding: 'http/protobuf' },
      azureMonitor: { connectionString: CONNECTION, by: 'identity' },
    });
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['APPLICATIONINSIGHTS_CONNECTION_STRING', 'https://example.com'],
  ])('is refused when %s is %s', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(name);
  });
});
