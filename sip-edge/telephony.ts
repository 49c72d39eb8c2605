/** Puts the SIP and RTP side together: listeners, transactions, calls, sound. */
import { isIP } from 'node:net';
import { type Clock, systemClock } from './clock.ts';
import type { RingingLeg, Telephony, VoiceRouting } from './leg.ts';
import type { Log } from './log.ts';
import { joinLegs } from './rtp/join.ts';
import { PortPool, type RtpPorts } from './rtp/port-pool.ts';
import { Ticker } from './rtp/ticker.ts';
import { dial } from './sip/dialer.ts';
import type { InboundCall } from './sip/leg/inbound-call.ts';
import {
  formatListenAddress,
  hostInUri,
  isWildcard,
  type ListenAddress,
  type TransportKind,
} from './sip/listen-address.ts';
import { nextHop } from './sip/next-hop.ts';
import type { Signalling } from './sip/signalling.ts';
import { MAX_SERVER_TRANSACTIONS, TransactionLayer } from './sip/transaction/layer.ts';
import { RFC_TIMERS, type TransactionTimers } from './sip/transaction/machine.ts';
import type { TlsMaterial } from './sip/transport-tls.ts';
import { openTransports, type Transports } from './sip/transports.ts';
import { TrunkDirectory } from './sip/trunk-directory.ts';
import { TrunkPings } from './sip/trunk-pings.ts';
import { DialogRegister, UserAgent } from './sip/user-agent.ts';
import { timerScope } from './timer-scope.ts';
import type { Trunk } from './trunks.ts';

export interface TelephonyOptions {
  /** At least one. */
  readonly listen: readonly ListenAddress[];
  /** The FQDN we call ourselves; the first listen address when undefined. */
  readonly domain?: string | undefined;
  /** Needed by `tls` listeners. */
  readonly tls?: TlsMaterial | undefined;
  /** How the trunks of `routing` are reached and proven. */
  readonly trunks: readonly Trunk[];
  readonly routing: VoiceRouting;
  readonly rtp: RtpPorts;
  readonly transferHeaders: 'message' | 'refer-to';
  readonly log: Log;
  readonly clock?: Clock | undefined;
  /** For tests; those of RFC 3261 otherwise. */
  readonly timers?: TransactionTimers | undefined;
}

export interface TelephonyServer extends Telephony {
  /** As bound: `udp:127.0.0.1:5060`. */
  readonly addresses: readonly string[];
  /** What is held at the moment; all zero when nobody calls. */
  usage(): { readonly dialogs: number; readonly transactions: number; readonly rtpPorts: number };
  /** Hangs up what is up, refuses what rings, frees every port and timer. Idempotent. */
  close(): Promise<void>;
}

/** How long a peer may take over its answer to a last BYE. */
const FAREWELL_MS = 1000;

/** Rejects when an address cannot be bound. */
export async function createTelephony(options: TelephonyOptions): Promise<TelephonyServer> {
  const { log, timers = RFC_TIMERS } = options;
  const clock = timerScope(options.clock ?? systemClock);
  const pool = new PortPool(options.rtp);
  const ticker = new Ticker(clock);
  const trunks = new TrunkDirectory(options.trunks, options.routing, () => clock.nowMs());
  const dialogs = new DialogRegister();
  let onIncoming: ((leg: RingingLeg) => void) | undefined;

  const transports: Transports = await openTransports(
    options.listen,
    options.tls,
    (result, flow) => transactions.receive(result, flow),
    log,
  );
  const own = ownNames(transports.listening, options.domain);
  const transactions: TransactionLayer = new TransactionLayer({
    user: {
      onRequest: (transaction) => userAgent.onRequest(transaction),
      onAck: (ack) => userAgent.onAck(ack),
    },
    clock,
    timers,
    log,
    maxServerTransactions: MAX_SERVER_TRANSACTIONS,
    sentBy: own.sentBy,
    flowTo: (transport, remote) => transports.flowTo(transport, remote, remote.address),
  });
  const signalling: Signalling = {
    clock,
    log,
    timers,
    transactions,
    trunks,
    media: { pool, ticker, address: options.rtp.address },
    domain: own.domain,
    transferHeaders: options.transferHeaders,
    contact: own.contact,
    async flowFor(uriText, trunk, current) {
      if (current !== undefined && current.transport !== 'udp' && !current.closed) return current;
      const hop = await nextHop(uriText, trunk);
      return transports.flowTo(hop.transport, hop.remote, trunk.fqdn);
    },
    register: (identity, user) => dialogs.add(identity, user),
  };
  const pings = new TrunkPings(signalling);
  const userAgent = new UserAgent(signalling, dialogs, pings, (call: InboundCall) => {
    if (onIncoming === undefined) call.refuse(480);
    else onIncoming(call);
  });

  const closing = new AbortController();
  let closed: Promise<void> | undefined;
  return {
    addresses: transports.listening.map(formatListenAddress),
    onIncoming(handler) {
      onIncoming = handler;
    },
    dial: (request, signal) => dial(signalling, request, AbortSignal.any([signal, closing.signal])),
    join: joinLegs,
    trunkHealth: (fqdn) => trunks.healthOf(fqdn),
    usage: () => ({ dialogs: dialogs.size, transactions: transactions.size, rtpPorts: pool.inUse }),
    close() {
      closed ??= (async () => {
        closing.abort();
        pings.close();
        const farewells = dialogs.all().map((user) => user.leave());
        await within(Promise.all(farewells), FAREWELL_MS);
        dialogs.clear();
        transactions.close();
        ticker.close();
        clock.close();
        await transports.close();
      })();
      return closed;
    },
  };
}

async function within(work: Promise<unknown>, limitMs: number): Promise<void> {
  const limit = Promise.withResolvers<undefined>();
  const cancel = systemClock.after(limitMs, () => limit.resolve(undefined));
  await Promise.race([work, limit.promise]);
  cancel();
}

/** What our headers say about us on each transport. */
function ownNames(
  listening: readonly ListenAddress[],
  domain: string | undefined,
): {
  readonly domain: string;
  readonly sentBy: (transport: TransportKind) => { readonly host: string; readonly port: number };
  readonly contact: (transport: TransportKind) => string;
} {
  const own = domain ?? hostInUri(listening[0]?.address ?? '127.0.0.1');
  const listenerFor = (transport: TransportKind): ListenAddress | undefined =>
    listening.find((address) => address.transport === transport) ?? listening[0];
  const portFor = (transport: TransportKind): number => listenerFor(transport)?.port ?? 5060;
  return {
    domain: own,
    // A peer can always send to an address; a name it may not know. A wildcard is no address.
    sentBy(transport) {
      const address = listenerFor(transport)?.address ?? '';
      const usable = isIP(address) !== 0 && !isWildcard(address);
      return { host: usable ? hostInUri(address) : own, port: portFor(transport) };
    },
    contact(transport) {
      const parameter = transport === 'udp' ? '' : `;transport=${transport}`;
      return `<sip:${own}:${portFor(transport)}${parameter}>`;
    },
  };
}
