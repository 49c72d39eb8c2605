import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { createSpanSender } from '../../../sip-edge/telemetry/exporter.ts';
import { createTraces } from '../../../sip-edge/telemetry/traces.ts';
import { capturedLog } from '../../support/captured-log.ts';

afterEach(() => vi.unstubAllEnvs());

it('says in the log, without a secret, that nobody takes the spans of the edge', async () => {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(403).end('s3cret'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  // The exporter reads both itself.
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${port}`);
  vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'x-key=s3cret');
  const { log, lines } = capturedLog();
  const sender = await createSpanSender({ otlp: 'http/json', azureMonitor: undefined, spanDelayMs: 60_000 }, log);
  createTraces((span) => sender.send(span))
    .begin('d1a3b5c7-0000-4000-8000-2b6c1f5d7e90', 'SIP leg')
    .end();
  await sender.close();
  expect(lines).toMatchObject([
    { level: 40, msg: 'telemetry not delivered', problem: expect.stringContaining('403') as string, times: 1 },
  ]);
  expect(JSON.stringify(lines)).not.toContain('s3cret');
  server.close();
});
