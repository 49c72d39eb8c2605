import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startBackend, type Backend, type BackendOptions } from './support/backend.ts';
import { startBaresip } from './support/baresip.ts';
import { startEdge, type EdgeProcess } from './support/edge.ts';
import { freePort } from './support/free-port.ts';
import { type Kamailio, type KamailioOptions, startKamailio } from './support/kamailio.ts';
import { rawTone } from './support/raw-tone.ts';
import { during, startSipp, type Sipp } from './support/sipp.ts';
import { requestOverTls, silentService } from './support/tls-peer.ts';
import { askForTransfer } from './support/transfer.ts';
import { toneWav } from './support/wav.ts';

const CERTIFICATES = fileURLToPath(new URL('../fixtures/sip-tls/', import.meta.url));
const SERVICE = '+18005550199';
const COLLEAGUE = '+15551234567';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trunkline-kamailio-test-'));
  await writeFile(join(folder, 'tone.pcmu'), rawTone('pcmu'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** The ports of a Kamailio that is yet to start: an edge has to know its trunk before Kamailio can know the edge. */
interface Ports {
  readonly port: number;
  readonly tlsPort: number;
  readonly queuePort: number;
}

async function ports(): Promise<Ports> {
  return { port: await freePort(), tlsPort: await freePort(), queuePort: await freePort() };
}

interface Service {
  readonly edge: EdgeProcess;
  readonly backend: Backend;
}

async function service(
  { tlsPort }: Ports,
  options: Partial<BackendOptions> = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<Service> {
  const trunks = join(folder, `trunks-${tlsPort}.yaml`);
  await writeFile(
    trunks,
    `trunks:\n  - { fqdn: sbc.enterprise.test, transport: tls, host: 127.0.0.1, sipSignalingPort: ${tlsPort} }\n` +
      `routes:\n  - { name: colleagues, numberPattern: '^\\+1555', trunks: [sbc.enterprise.test] }\n`,
  );
  const edge = await startEdge({
    EDGE_SIP_LISTEN: 'tls:127.0.0.1:0',
    EDGE_SIP_DOMAIN: 'edge.trunkline.test',
    EDGE_TLS_CERT_FILE: join(CERTIFICATES, 'edge.pem'),
    EDGE_TLS_KEY_FILE: join(CERTIFICATES, 'edge.key'),
    EDGE_TLS_CA_FILE: join(CERTIFICATES, 'ca.pem'),
    EDGE_TRUNKS_FILE: trunks,
    ...environment,
  });
  onTestFinished(() => edge.close());
  const backend = await startBackend({ edgeUrl: edge.url, accessKey: edge.accessKey, playTone: true, ...options });
  onTestFinished(() => backend.close());
  await edge.subscribe(backend.webhookUrl);
  return { edge, backend };
}

async function kamailio(options: KamailioOptions): Promise<Kamailio> {
  const started = await startKamailio(options);
  onTestFinished(() => started.close());
  onTestFinished(({ task }) => {
    if (task.result?.state === 'fail') console.error(started.log.join('\n'));
  });
  return started;
}

/** The IVR: calls Kamailio, and does as the scenario says. */
async function ivr({ port }: Ports, scenario: string): Promise<Sipp> {
  const sipp = await startSipp({
    ...{ folder, scenario, transport: 'udp', service: SERVICE },
    localPort: await freePort(),
    remotePort: port,
    replace: { AUDIO_FILE: join(folder, 'tone.pcmu'), PAYLOAD: '0', CODEC: 'PCMU' },
  });
  onTestFinished(() => sipp.close());
  return sipp;
}

describe('an IVR behind Kamailio, over mutual TLS', () => {
  it('is answered and heard, its headers arrive unchanged, and its hang-up too', async () => {
    const at = await ports();
    const { edge, backend } = await service(at);
    await kamailio({ ...at, services: [edge.port('tls')] });
    const { done } = await ivr(at, 'caller.xml');
    const call = await during(done, backend.call(0));
    await during(done, call.heardLoudFrames(25, 2_000));
    await done;
    expect(call).toMatchObject({
      from: '4:+14255550100',
      to: `4:${SERVICE}`,
      sipHeaders: {
        'User-To-User': '616263;encoding=hex',
        'X-Customer-ID': 'C-1001',
        'X-Call-Reason': 'disputed charge',
      },
    });
    await expect(call.callback('CallDisconnected')).resolves.toMatchObject({
      resultInformation: { code: 200, subCode: 540_000 },
    });
  });

  it('hears the hang-up of the agent', async () => {
    const at = await ports();
    const { edge, backend } = await service(at, { hangUpAtOnce: true });
    await kamailio({ ...at, services: [edge.port('tls')] });
    const { done } = await ivr(at, 'short-call.xml');
    await done;
    await (await backend.call(0)).callback('CallDisconnected');
  });

  it('gets no call through with a certificate that names somebody else', async () => {
    const at = await ports();
    const { edge, backend } = await service(at);
    const stranger = (file: string): string => `"${join(CERTIFICATES, file)}"`;
    const define = { CERTIFICATE: stranger('stranger.pem'), PRIVATE_KEY: stranger('stranger.key') };
    await kamailio({ ...at, services: [edge.port('tls')], define });
    const { done } = await ivr(at, 'caller.xml');
    await expect(done).rejects.toThrow(/403/);
    expect(backend.offered).toBe(0);
  });

  it('is not reached by a service whose certificate names somebody else', async () => {
    const at = await ports();
    await kamailio({ ...at, services: [await freePort()] });
    await expect(requestOverTls(at.tlsPort, 'INVITE', 'stranger')).resolves.toContain('SIP/2.0 403');
  });

  it('answers the OPTIONS of a service: it is up, and takes REFER', async () => {
    const at = await ports();
    await kamailio({ ...at, services: [await freePort()] });
    const answer = await requestOverTls(at.tlsPort, 'OPTIONS', 'edge');
    expect(answer).toMatch(/^SIP\/2\.0 200 /);
    expect(answer).toMatch(/^Allow: .*\bREFER\b/m);
    expect(answer).toContain(`Contact: <sip:sbc.enterprise.test:${at.tlsPort};transport=tls>`);
  });
});

describe('with two services behind it, Kamailio', () => {
  it('takes the call that the first refuses with 503 to the second, and leaves the first in peace while it asks for that', async () => {
    const at = await ports();
    const first = await service(
      at,
      { reject: true },
      { EDGE_REJECT_STATUSES: 'none:503', EDGE_REJECT_RETRY_AFTER_S: '60' },
    );
    const second = await service(at, { hangUpAtOnce: true });
    await kamailio({ ...at, services: [first.edge.port('tls'), second.edge.port('tls')] });
    const { done } = await ivr(at, 'short-call.xml');
    await done;
    const next = await ivr(at, 'short-call.xml');
    await next.done;
    expect({ first: first.backend.offered, second: second.backend.calls.length }).toEqual({ first: 1, second: 2 });
  });

  it('tells the IVR with 500 that nobody is left to ask, as a proxy has to', async () => {
    const at = await ports();
    const { edge, backend } = await service(at, { reject: true }, { EDGE_REJECT_STATUSES: 'none:503' });
    await kamailio({ ...at, services: [edge.port('tls')] });
    const { done } = await ivr(at, 'caller.xml');
    await expect(done).rejects.toThrow(/SIP\/2\.0 500/);
    expect(backend.offered).toBe(1);
  });

  it('gives the refusal of a rejected call back, and asks no other', async () => {
    const at = await ports();
    const first = await service(at, { reject: true });
    const second = await service(at);
    await kamailio({ ...at, services: [first.edge.port('tls'), second.edge.port('tls')] });
    const { done } = await ivr(at, 'caller.xml');
    await expect(done).rejects.toThrow(/603/);
    expect({ first: first.backend.offered, second: second.backend.offered }).toEqual({ first: 1, second: 0 });
  });

  it('takes the call to the second when the first says nothing to the INVITE', async () => {
    const at = await ports();
    const { edge, backend } = await service(at, { hangUpAtOnce: true });
    const silent = await silentService();
    onTestFinished(() => silent.close());
    const define = { SILENCE_MS: '1000', PING_SECONDS: '600' };
    await kamailio({ ...at, services: [silent.port, edge.port('tls')], define });
    const { done } = await ivr(at, 'short-call.xml');
    await done;
    expect(backend.calls).toHaveLength(1);
  });

  it('does not ask a service any more that has stopped answering OPTIONS', async () => {
    const at = await ports();
    const first = await service(at);
    const second = await service(at, { hangUpAtOnce: true });
    const define = { SILENCE_MS: '1000', PING_SECONDS: '1' };
    const sbc = await kamailio({ ...at, services: [first.edge.port('tls'), second.edge.port('tls')], define });
    await first.edge.close();
    await sbc.said(/does not answer OPTIONS/);
    const { done } = await ivr(at, 'short-call.xml');
    await done;
    expect(sbc.log.filter((line) => line.includes('goes to'))).toEqual([
      expect.stringContaining(`:${second.edge.port('tls')};`),
    ]);
  });
});

describe('a transfer through Kamailio', () => {
  it('reaches the IVR as REFER with its headers, and the service hears how it went', async () => {
    const at = await ports();
    const { edge, backend } = await service(at);
    await kamailio({ ...at, services: [edge.port('tls')] });
    const { done } = await ivr(at, 'transfer.xml');
    const call = await during(done, backend.call(0));
    await during(done, call.callback('CallConnected'));
    await askForTransfer(call, '+15551234');
    await done;
    await expect(call.callback('CallTransferAccepted')).resolves.toMatchObject({ operationContext: 't1' });
  });

  it.each([
    { way: 'by the service, which routes it back', flags: [] },
    { way: 'directly', flags: ['TRANSFER_DIRECT'] },
  ])('arrives in the queue $way, with the headers that the IVR knows nothing of', async ({ flags }) => {
    const at = await ports();
    const { edge, backend } = await service(at);
    await kamailio({ ...at, services: [edge.port('tls')], flags });
    const queue = await startSipp({ folder, scenario: 'queue.xml', transport: 'udp', localPort: at.queuePort });
    onTestFinished(() => queue.close());
    const phone = await startBaresip({
      ...{ number: '+14255550100', port: await freePort(), codec: 'pcmu', wav: toneWav(500) },
      dial: `sip:${SERVICE}@127.0.0.1:${at.port}`,
    });
    onTestFinished(() => phone.close());
    const call = await phone.during(backend.call(0));
    await phone.during(call.callback('CallConnected'));
    await askForTransfer(call, COLLEAGUE);
    await phone.during(call.callback('CallTransferAccepted'));
    await call.callback('CallDisconnected');
    await phone.close();
    await queue.done;
    const [arrived = ''] = (await queue.messages()).split(/(?=^SIP\/2\.0 )/m);
    expect(arrived).toMatch(/^X-AI-Summary: the%20caller%20disputes%20a%20charge\r?$/m);
    expect(arrived).toMatch(/^User-to-User: 43313031;encoding=hex\r?$/im);
    expect(arrived).toMatch(/^From: .*\+14255550100@/m);
    expect(backend.offered).toBe(1);
  });
});
