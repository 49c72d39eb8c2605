/** A telephony server on free loopback ports with one trunk, and what its calls need. */
import type { ActiveLeg, RingingLeg, VoiceRouting } from '../../../sip-edge/leg.ts';
import type { Log } from '../../../sip-edge/log.ts';
import { createTelephony, type TelephonyOptions, type TelephonyServer } from '../../../sip-edge/telephony.ts';
import type { Trunk } from '../../../sip-edge/trunks.ts';
import { TRUNK } from './sip-call.ts';
import { tlsFixture } from './sip-peer.ts';

export interface Edge {
  readonly server: TelephonyServer;
  readonly logged: string[];
  address(transport: 'udp' | 'tcp' | 'tls'): string;
  /** How many calls have rung. */
  rang(): number;
  /** The next call that rings. */
  ringing(): Promise<RingingLeg>;
}

export async function openEdge(
  changes: Partial<TelephonyOptions> & { readonly trunk?: Partial<Trunk>; readonly routing?: VoiceRouting } = {},
): Promise<Edge> {
  const logged: string[] = [];
  const write = (fields: object, message: string): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: write, info: write, warn: write, error: write };
  const trunk: Trunk = {
    fqdn: TRUNK,
    transport: 'udp',
    host: '127.0.0.1',
    sipSignalingPort: 5060,
    sources: ['127.0.0.1'],
    identifiedBy: 'contact-fqdn',
    ...changes.trunk,
  };
  const server = await createTelephony({
    listen: (['udp', 'tcp', 'tls'] as const).map((transport) => ({ transport, address: '127.0.0.1', port: 0 })),
    tls: { cert: tlsFixture('edge.pem'), key: tlsFixture('edge.key'), ca: tlsFixture('ca.pem') },
    trunks: [trunk],
    routing: {
      trunks: () => [{ fqdn: trunk.fqdn, sipSignalingPort: trunk.sipSignalingPort }],
      routes: () => [{ name: 'all', numberPattern: '.*', trunks: [trunk.fqdn] }],
    },
    rtp: { address: '127.0.0.1', firstPort: 0, lastPort: 0 },
    transferHeaders: 'message',
    log,
    // A tenth of the times of RFC 3261, so that what takes half a minute takes three seconds.
    timers: { t1: 50, t2: 400, t4: 500 },
    ...changes,
  });
  const waiting: ((leg: RingingLeg) => void)[] = [];
  const rang: RingingLeg[] = [];
  let calls = 0;
  server.onIncoming((leg) => {
    calls += 1;
    const take = waiting.shift();
    if (take === undefined) rang.push(leg);
    else take(leg);
  });
  return {
    server,
    logged,
    address: (transport) => server.addresses.find((address) => address.startsWith(transport)) ?? '',
    rang: () => calls,
    ringing() {
      const leg = rang.shift();
      return leg === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(leg);
    },
  };
}

/** The first tone, in Hz, that the leg hears most of a frame of. */
export function legHears(leg: ActiveLeg, share: (frame: Int16Array) => number): Promise<void> {
  return new Promise((resolve) => {
    const stop = leg.audio.onFrame((frame) => {
      if (share(frame) < 0.8) return;
      stop();
      resolve();
    });
  });
}
