import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Log } from '#adapters/logging/logger';
import { loadSettings } from '#adapters/settings/load-settings';
import { openTelemetry } from '#adapters/telemetry/open-telemetry';
import { telemetrySettings } from '#adapters/telemetry/settings';
import type { CorrelationId } from '#core/ids';
import { pino } from 'pino';
import { capturedLog } from '../../support/captured-log.ts';
import { startOtlpReceiver } from '../../support/otlp-receiver.ts';

const id = 'd1a3b5c7-0000-4000-8000-2b6c1f5d7e90' as CorrelationId;

function open(env: Readonly<Record<string, string>>, log: Log = pino({ level: 'silent' })) {
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

  it('ends in time when who takes it never answers, and says so', async () => {
    const asked = Promise.withResolvers<undefined>();
    const server = createServer((request) => void request.resume().on('end', () => asked.resolve(undefined)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { log, lines } = capturedLog();
    // The libraries alone would wait for ten seconds.
    const telemetry = open({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` }, log);
    telemetry.call(id).over(0, 1, {});
    await telemetry.load();
    const tooLong = AbortSignal.timeout(8_000);
    const ended = telemetry.close(500).then(() => 'ended');
    expect(await Promise.race([ended, once(tooLong, 'abort')])).toBe('ended');
    await asked.promise;
    expect(lines.at(-1)).toMatchObject({ level: 40, msg: 'telemetry not sent in time', limitMs: 500 });
    server.closeAllConnections();
    server.close();
  });

  it('says that nobody takes it, without a secret', async () => {
    const server = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(403).end('s3cret'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { log, lines } = capturedLog();
    const endpoint = `http://127.0.0.1:${port}`;
    const telemetry = open({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=s3cret' }, log);
    telemetry.call(id).over(0, 1, {});
    await telemetry.close(5_000);
    expect(lines.filter(({ level }) => level === 40)).toMatchObject([
      { msg: 'telemetry not delivered', problem: expect.stringContaining('403') as string, times: 1 },
    ]);
    expect(JSON.stringify(lines)).not.toContain('s3cret');
    server.close();
  });
});

describe('telemetry with nowhere to go', () => {
  it('loads nothing, whatever it is given', async () => {
    const { log, lines } = capturedLog();
    const telemetry = open({}, log);
    telemetry.call(id).begin('incoming call', 0).end(1);
    telemetry.record({ name: 'trunkline.calls.active', value: 1 });
    await telemetry.load();
    await telemetry.close(1_000);
    expect(lines).toEqual([]);
    // The same with somewhere to go tells that it is on.
    const receiver = await startOtlpReceiver();
    const sending = open({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, log);
    await sending.load();
    expect(lines).toMatchObject([{ msg: 'telemetry on' }]);
    await sending.close(5_000);
    await receiver.close();
  });
});
