import { afterEach, describe, expect, it } from 'vitest';
import { Ticker } from '../../../emulator/enterprise/audio/ticker.ts';
import { rms } from '../../../emulator/enterprise/audio/level.ts';
import { Enterprise } from '../../../emulator/enterprise/enterprise.ts';
import { Handset } from '../../../emulator/enterprise/handset.ts';
import { Leg, type LegEnd } from '../../../emulator/enterprise/leg.ts';
import type { CallerOptions, PlacedCall } from '../../../emulator/enterprise/placed-call.ts';
import { SipEndpoint } from '../../../emulator/enterprise/sip/endpoint.ts';
import type { SipTransport } from '../../../emulator/enterprise/sip/flow.ts';
import { toneOf, toneShare } from '../../support/tone.ts';

const AGENT_TONE_HZ = 440;
const CALLER_TONE_HZ = 1_000;
const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((service) => service.close()));
});

interface AgentSide {
  readonly endpoint: SipEndpoint;
  readonly leg: Promise<Leg>;
  readonly handset: Handset;
  readonly keys: string[];
  readonly end: Promise<LegEnd>;
}

/** Stands where the edge stands: a second endpoint of the same kind, answering (or only ringing). */
async function startAgentSide(does: 'answer' | 'ring' | 'refuse'): Promise<AgentSide> {
  const handset = new Handset(new Ticker());
  const keys: string[] = [];
  const taken = Promise.withResolvers<Leg>();
  const ended = Promise.withResolvers<LegEnd>();
  const endpoint = await SipEndpoint.start({
    name: 'agent',
    domain: 'edge.test',
    host: '127.0.0.1',
    onInvite: (request, call) => {
      void Leg.takeUp(endpoint, request, call, {
        onAudio: (samples) => leg && handset.hear(leg, samples),
        onKey: (key) => keys.push(key),
        onEnded: ended.resolve,
      }).then((offered) => {
        if (!offered) return;
        leg = offered;
        if (does === 'refuse') offered.refuse(486);
        else offered.ring();
        if (does === 'answer') {
          offered.answer();
          handset.join(offered);
        }
        taken.resolve(offered);
      });
    },
  });
  let leg: Leg | undefined;
  open.push({
    close: async () => {
      handset.putDown();
      await endpoint.close();
    },
  });
  return { endpoint, leg: taken.promise, handset, keys, end: ended.promise };
}

async function startEnterprise(): Promise<Enterprise> {
  const enterprise = await Enterprise.start();
  open.push(enterprise);
  return enterprise;
}

function placeCall(enterprise: Enterprise, side: AgentSide, options: Partial<CallerOptions> = {}): Promise<PlacedCall> {
  const transport: SipTransport = options.transport ?? 'tcp';
  return enterprise.placeCall({
    from: '+15550100',
    to: '+18005550199',
    edge: `127.0.0.1:${side.endpoint.port(transport)}`,
    transport,
    codecs: ['PCMU'],
    headers: [],
    takesRefer: true,
    ...options,
  });
}

function happens(call: PlacedCall, type: string): Promise<void> {
  return new Promise((resolve) => {
    call.subscribe((event) => {
      if (event.type === type) resolve();
    });
  });
}

describe.each([
  { transport: 'tcp', codec: 'PCMU' },
  { transport: 'tcp', codec: 'PCMA' },
  { transport: 'udp', codec: 'PCMU' },
  { transport: 'udp', codec: 'PCMA' },
] as const)('a call over $transport with $codec', ({ transport, codec }) => {
  it('carries audio both ways and keys, and ends when the caller hangs up', async () => {
    const side = await startAgentSide('answer');
    const enterprise = await startEnterprise();
    const call = await placeCall(enterprise, side, { transport, codecs: [codec] });
    await happens(call, 'answered');
    await Promise.all([call.handset.say(toneOf(CALLER_TONE_HZ, 400)), side.handset.say(toneOf(AGENT_TONE_HZ, 400))]);
    await call.press('12#');
    const [said, heard] = call.handset.recording();
    call.hangUp();
    expect(await call.ended).toBe('caller-hung-up');
    expect(await side.end).toEqual({ by: 'peer' });
    expect(rms(said)).toBeGreaterThan(0);
    expect(toneShare(heard, AGENT_TONE_HZ)).toBeGreaterThan(0.8);
    expect(toneShare(side.handset.recording()[1], CALLER_TONE_HZ)).toBeGreaterThan(0.8);
    expect(side.keys).toEqual(['1', '2', '#']);
  });
});

describe('a call that is not answered', () => {
  it('is cancelled while it rings', async () => {
    const side = await startAgentSide('ring');
    const call = await placeCall(await startEnterprise(), side);
    await happens(call, 'ringing');
    call.hangUp();
    expect(await call.ended).toBe('cancelled');
    expect(await side.end).toEqual({ by: 'cancelled' });
  });

  it('says with which status it was refused', async () => {
    const side = await startAgentSide('refuse');
    const call = await placeCall(await startEnterprise(), side);
    expect(await call.ended).toBe('refused');
    expect(call.refusalStatus).toBe(486);
  });
});

describe('an established call', () => {
  it('ends when the agent hangs up', async () => {
    const side = await startAgentSide('answer');
    const call = await placeCall(await startEnterprise(), side);
    await happens(call, 'answered');
    (await side.leg).hangUp();
    expect(await call.ended).toBe('agent-hung-up');
  });

  it('ends when the connection to the edge breaks', async () => {
    const side = await startAgentSide('answer');
    const call = await placeCall(await startEnterprise(), side);
    await happens(call, 'answered');
    await side.endpoint.close();
    expect(await call.ended).toBe('connection-lost');
  });

  it('measures how long the agent took to answer what the caller said', async () => {
    const side = await startAgentSide('answer');
    const call = await placeCall(await startEnterprise(), side);
    await happens(call, 'answered');
    const latency = new Promise<number>((resolve) => {
      call.handset.subscribe((event) => {
        if (event.heard === 'answer') resolve(event.latencyMs);
      });
    });
    await call.handset.say(toneOf(CALLER_TONE_HZ, 200));
    await side.handset.say(toneOf(AGENT_TONE_HZ, 200));
    expect(await latency).toBeGreaterThanOrEqual(0);
    call.hangUp();
    await call.ended;
  });
});
