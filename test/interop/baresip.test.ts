import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startBackend, type Backend } from './support/backend.ts';
import { startBaresip, type Baresip, type BaresipOptions } from './support/baresip.ts';
import { startEdge, type EdgeProcess } from './support/edge.ts';
import { freePort } from './support/free-port.ts';
import { toneWav } from './support/wav.ts';

const CALLER = '+14255550100';
const COLLEAGUE = '+15551234567';
const SERVICE = '+18005550199';

interface Stage {
  readonly edge: EdgeProcess;
  readonly backend: Backend;
  readonly callerPort: number;
  readonly colleaguePort: number;
}

/** The edge with two softphones as trunks: known by their address, since a softphone's Contact has no trunk's FQDN. */
async function stage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-trunks-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const callerPort = await freePort();
  const colleaguePort = await freePort();
  const trunksFile = join(folder, 'trunks.yaml');
  await writeFile(trunksFile, trunks(callerPort, colleaguePort));
  const edge = await startEdge({ EDGE_TRUNKS_FILE: trunksFile });
  onTestFinished(() => edge.close());
  const backend = await startBackend({ edgeUrl: edge.url, accessKey: edge.accessKey, playTone: true });
  onTestFinished(() => backend.close());
  await edge.subscribe(backend.webhookUrl);
  return { edge, backend, callerPort, colleaguePort };
}

function trunks(callerPort: number, colleaguePort: number): string {
  const trunk = (name: string, port: number): string =>
    `  - { fqdn: ${name}, transport: udp, host: 127.0.0.1, sipSignalingPort: ${port}, sources: [127.0.0.1], identifiedBy: source-address }\n`;
  return `trunks:\n${trunk('caller.baresip.test', callerPort)}${trunk('colleague.baresip.test', colleaguePort)}routes:\n  - { name: colleague, numberPattern: '^\\+1555', trunks: [colleague.baresip.test] }\n`;
}

async function softphone(options: Omit<BaresipOptions, 'wav'> & { readonly toneHz: number }): Promise<Baresip> {
  const phone = await startBaresip({ ...options, wav: toneWav(options.toneHz) });
  onTestFinished(() => phone.close());
  return phone;
}

describe('a caller with a baresip softphone', () => {
  it.each(['pcmu', 'pcma'] as const)('is answered and heard, in %s', async (codec) => {
    const { edge, backend, callerPort } = await stage();
    const phone = await softphone({
      number: CALLER,
      port: callerPort,
      toneHz: 500,
      codec,
      dial: `sip:${SERVICE}@127.0.0.1:${edge.port('udp')}`,
    });
    const call = await phone.during(backend.call(0));
    await call.heardLoudFrames(50, 2_000);
    expect(call).toMatchObject({ from: `4:${CALLER}`, to: `4:${SERVICE}` });
    await call.connection.hangUp(true);
    await call.callback('CallDisconnected');
  });

  it('carries out a transfer by sending the call back to us, and a colleague answers it', async () => {
    const { edge, backend, callerPort, colleaguePort } = await stage();
    await edge.control('PUT', '/settings', { transferBye: 'after-final-notify' });
    const colleague = await softphone({ number: COLLEAGUE, port: colleaguePort, toneHz: 900, codec: 'pcmu' });
    await colleague.said(/baresip is ready/i);
    const phone = await softphone({
      number: CALLER,
      port: callerPort,
      toneHz: 500,
      codec: 'pcmu',
      dial: `sip:${SERVICE}@127.0.0.1:${edge.port('udp')}`,
    });
    const call = await phone.during(backend.call(0));
    await call.callback('CallConnected');
    await call.connection.transferCallToParticipant({ phoneNumber: COLLEAGUE }, { operationContext: 't1' });
    await call.callback('CallTransferAccepted');
    await colleague.said(/call established/i);
    expect(backend.calls).toHaveLength(1);
  });
});
