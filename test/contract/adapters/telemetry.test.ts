import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadSettings } from '#adapters/settings/load-settings';
import { openTelemetry } from '#adapters/telemetry/open-telemetry';
import { telemetrySettings } from '#adapters/telemetry/settings';
import type { CorrelationId } from '#core/ids';
import { pino } from 'pino';
import { startOtlpReceiver } from '../../support/otlp-receiver.ts';

const id = 'd1a3b5c7-0000-4000-8000-2b6c1f5d7e90' as CorrelationId;
const log = pino({ level: 'silent' });

function open(env: Readonly<Record<string, string>>) {
  // The exporter reads the endpoint itself.
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const { telemetry } = loadSettings('test', { telemetry: telemetrySettings }, env);
  return openTelemetry(telemetry, { service: 'trunkline-functions', log, loadAfterMs: 60_000 });
}

afterEach(() => vi.unstubAllEnvs());

describe('telemetry over OTLP', () => {
  it('keeps what comes before the libraries are loaded, and sends it when the process ends', async () => {
    const receiver = await startOtlpReceiver();
    const telemetry = open({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' });
    telemetry.call(id).begin('incoming call', 1_000.25, { decision: 'answer' }).end(1_250.5, {}, '8522');
    telemetry.record({ name: 'trunkline.replies', attributes: { agent: 'card-services' } });
    await telemetry.close(5_000);
    expect(receiver.spans).toMatchObject([
      { traceId: id.replaceAll('-', ''), name: 'incoming call', startMs: 1_000.25, endMs: 1_250.5, failure: '8522' },
    ]);
    expect(receiver.metrics).toMatchObject([{ name: 'trunkline.replies', attributes: [{ agent: 'card-services' }] }]);
    await receiver.close();
  });

  it('speaks protobuf unless told otherwise', async () => {
    const types = new Set<string>();
    const server = createServer((request, response) => {
      types.add(`${request.url ?? ''} ${request.headers['content-type'] ?? ''}`);
      request.resume().on('end', () => response.writeHead(200).end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const telemetry = open({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
    telemetry.call(id).over(0, 1, {});
    telemetry.record({ name: 'trunkline.calls.active', value: 1 });
    await telemetry.close(5_000);
    expect([...types].sort()).toEqual(['/v1/metrics application/x-protobuf', '/v1/traces application/x-protobuf']);
    server.close();
  });

  it('ends in time when nobody is there to take it', async () => {
    const telemetry = open({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    telemetry.call(id).over(0, 1, {});
    await expect(telemetry.close(500)).resolves.toBeUndefined();
  });
});

describe('telemetry with nowhere to go', () => {
  it('takes everything and keeps nothing', async () => {
    const telemetry = open({});
    const span = telemetry.call(id).begin('incoming call', 0);
    span.begin('answer', 0).end(1);
    span.end(1);
    telemetry.record({ name: 'trunkline.calls.active', value: 1 });
    await expect(telemetry.close(1)).resolves.toBeUndefined();
  });
});
