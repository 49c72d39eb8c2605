import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startBackend, type Backend, type BackendOptions } from './support/backend.ts';
import { startEdge, type EdgeProcess } from './support/edge.ts';
import { freePort } from './support/free-port.ts';
import { program } from './support/programs.ts';
import { rawTone } from './support/raw-tone.ts';
import { during, startSipp } from './support/sipp.ts';
import { askForTransfer } from './support/transfer.ts';

const SERVICE = '+18005550199';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trunkline-sipp-'));
  await writeFile(join(folder, 'tone.pcmu'), rawTone('pcmu'));
  await writeFile(join(folder, 'tone.pcma'), rawTone('pcma'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function edgeWithBackend(
  options: Partial<BackendOptions> = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<{ edge: EdgeProcess; backend: Backend }> {
  const edge = await startEdge(environment);
  onTestFinished(() => edge.close());
  const backend = await startBackend({ edgeUrl: edge.url, accessKey: edge.accessKey, playTone: true, ...options });
  onTestFinished(() => backend.close());
  await edge.subscribe(backend.webhookUrl);
  return { edge, backend };
}

interface SippRun {
  readonly edge: EdgeProcess;
  readonly transport: 'udp' | 'tcp';
  /** The trunk SIPp stands for; with TLS its certificate says so. */
  readonly trunk?: string;
  readonly scenario: string;
  readonly codec?: 'pcmu' | 'pcma';
  readonly calls?: number;
  readonly rate?: number;
  /** Where SIPp sends to, when that is not the edge itself. */
  readonly port?: number;
}

/** Runs SIPp to its end; a call that went otherwise than its scenario makes it fail, with SIPp's own account of it. */
async function sipp({
  edge,
  transport,
  trunk = 'sbc.sipp.test',
  scenario,
  codec = 'pcmu',
  calls = 1,
  rate = 1,
  port,
}: SippRun): Promise<void> {
  const localPort = await freePort();
  if (port === undefined) await edge.setTrunk({ fqdn: trunk, transport, port: localPort });
  const { done } = await startSipp({
    ...{ folder, scenario, transport, localPort, service: SERVICE, calls, ratePerS: rate },
    remotePort: port ?? edge.port(transport),
    replace: {
      'sbc.sipp.test': trunk,
      AUDIO_FILE: join(folder, `tone.${codec}`),
      PAYLOAD: codec === 'pcmu' ? '0' : '8',
      CODEC: codec.toUpperCase(),
    },
  });
  await done;
}

describe('a caller of SIPp', () => {
  it.each([
    { transport: 'udp', codec: 'pcmu' },
    { transport: 'udp', codec: 'pcma' },
    { transport: 'tcp', codec: 'pcmu' },
    { transport: 'tcp', codec: 'pcma' },
  ] as const)('is answered, heard and hung up on by itself over $transport in $codec', async ({ transport, codec }) => {
    const { edge, backend } = await edgeWithBackend();
    const run = sipp({ edge, transport, codec, scenario: 'caller.xml' });
    const call = await during(run, backend.call(0));
    await during(run, call.heardLoudFrames(25, 2_000));
    await run;
    const end = await call.callback('CallDisconnected');
    expect(call).toMatchObject({
      from: '4:+14255550100',
      to: `4:${SERVICE}`,
      sipHeaders: {
        'User-To-User': '616263;encoding=hex',
        'X-Customer-ID': 'C-1001',
        'X-Call-Reason': 'disputed charge',
      },
    });
    expect(end).toMatchObject({ resultInformation: { code: 200, subCode: 540_000 } });
  });

  it('reports every stage of the transfer it was asked for, and is let go', async () => {
    const { edge, backend } = await edgeWithBackend();
    await edge.control('PUT', '/settings', { transferBye: 'after-final-notify' });
    const run = sipp({ edge, transport: 'udp', scenario: 'transfer.xml' });
    const call = await during(run, backend.call(0));
    await during(run, call.callback('CallConnected'));
    await askForTransfer(call, '+15551234');
    await run;
    await expect(call.callback('CallTransferAccepted')).resolves.toMatchObject({ operationContext: 't1' });
    await expect(call.callback('CallDisconnected')).resolves.toMatchObject({ resultInformation: { subCode: 7015 } });
  });

  it('stays in the call when the target of the transfer is busy', async () => {
    const { edge, backend } = await edgeWithBackend();
    await edge.control('PUT', '/settings', { transferBye: 'after-final-notify' });
    const run = sipp({ edge, transport: 'tcp', scenario: 'transfer-busy.xml' });
    const call = await during(run, backend.call(0));
    await during(run, call.callback('CallConnected'));
    await askForTransfer(call, '+15551234');
    await expect(call.callback('CallTransferFailed')).resolves.toMatchObject({
      operationContext: 't1',
      resultInformation: { code: 486, subCode: 560_486 },
    });
    await call.connection.hangUp(true);
    await run;
  });

  it('is let go as soon as it has taken the transfer, where the front says BYE early', async () => {
    const { edge, backend } = await edgeWithBackend();
    await edge.control('PUT', '/settings', { transferBye: 'early' });
    const run = sipp({ edge, transport: 'udp', scenario: 'transfer-early-bye.xml' });
    const call = await during(run, backend.call(0));
    await during(run, call.callback('CallConnected'));
    await askForTransfer(call, '+15551234');
    await run;
    await call.callback('CallTransferAccepted');
  });
});

describe('a caller of SIPp over mutual TLS', () => {
  it.each(['pcmu', 'pcma'] as const)('is answered and heard, in %s', async (codec) => {
    const { edge, backend } = await edgeOverTls();
    const port = await tlsHop(edge.port('tls'), 'sbc');
    const run = sipp({ edge, transport: 'tcp', trunk: 'sbc.enterprise.test', codec, scenario: 'caller.xml', port });
    const call = await during(run, backend.call(0));
    await during(run, call.heardLoudFrames(25, 2_000));
    await run;
    expect(call.sipHeaders).toMatchObject({ 'X-Customer-ID': 'C-1001' });
  });

  it('reports every stage of a transfer', async () => {
    const { edge, backend } = await edgeOverTls();
    await edge.control('PUT', '/settings', { transferBye: 'after-final-notify' });
    const port = await tlsHop(edge.port('tls'), 'sbc');
    const run = sipp({ edge, transport: 'tcp', trunk: 'sbc.enterprise.test', scenario: 'transfer.xml', port });
    const call = await during(run, backend.call(0));
    await during(run, call.callback('CallConnected'));
    await askForTransfer(call, '+15551234');
    await run;
    await call.callback('CallTransferAccepted');
  });

  it('with the certificate of somebody else gets no call', async () => {
    const { edge, backend } = await edgeOverTls();
    const port = await tlsHop(edge.port('tls'), 'stranger');
    const run = sipp({ edge, transport: 'tcp', trunk: 'sbc.enterprise.test', scenario: 'caller.xml', port });
    await expect(run).rejects.toThrow(/403/);
    expect(backend.calls).toHaveLength(0);
  });
});

const CERTIFICATES = fileURLToPath(new URL('../fixtures/sip-tls/', import.meta.url));

async function edgeOverTls(): Promise<{ edge: EdgeProcess; backend: Backend }> {
  const trunksFile = join(folder, 'trunks-tls.yaml');
  await writeFile(trunksFile, 'trunks:\n  - { fqdn: sbc.enterprise.test, transport: tls, host: 127.0.0.1 }\n');
  return edgeWithBackend(
    {},
    {
      EDGE_SIP_LISTEN: 'tls:127.0.0.1:0',
      EDGE_SIP_DOMAIN: 'edge.trunkline.test',
      EDGE_TLS_CERT_FILE: join(CERTIFICATES, 'edge.pem'),
      EDGE_TLS_KEY_FILE: join(CERTIFICATES, 'edge.key'),
      EDGE_TLS_CA_FILE: join(CERTIFICATES, 'ca.pem'),
      EDGE_TRUNKS_FILE: trunksFile,
    },
  );
}

/** Debian builds SIPp without TLS: socat carries its TCP through a mutual TLS connection. Gives the port SIPp sends to. */
async function tlsHop(edgePort: number, certificate: 'sbc' | 'stranger'): Promise<number> {
  const port = await freePort();
  const file = (name: string): string => join(CERTIFICATES, name);
  const hop = spawn(
    program('socat'),
    [
      '-dd',
      `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork`,
      `OPENSSL:127.0.0.1:${edgePort},cert=${file(`${certificate}.pem`)},key=${file(`${certificate}.key`)},cafile=${file('ca.pem')},commonname=edge.trunkline.test`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = new Promise((resolve) => hop.once('exit', resolve));
  onTestFinished(async () => {
    hop.kill('SIGTERM');
    await exited;
  });
  await new Promise<void>((resolve, reject) => {
    hop.once('error', reject);
    createInterface({ input: hop.stderr }).on('line', (line) => {
      if (line.includes('listening on')) resolve();
    });
  });
  return port;
}

describe('a burst of 100 short calls', () => {
  it.each(['udp', 'tcp'] as const)('over %s fails none of them', async (transport) => {
    const { edge, backend } = await edgeWithBackend({ playTone: false, hangUpAtOnce: true });
    await sipp({ edge, transport, scenario: 'short-call.xml', calls: 100, rate: 50 });
    expect(backend.calls).toHaveLength(100);
    for (const call of backend.calls) await call.callback('CallDisconnected');
    const numbers = backend.calls.map((call) => call.sipHeaders['X-Call-Number']);
    expect(new Set(numbers).size).toBe(100);
  });
});
