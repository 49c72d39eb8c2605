/** The whole edge, with an SBC on its SIP side and an application on its other. */
import { EdgeUnderTest } from '../../support/edge-under-test.ts';
import { offer, peerCall, type PeerCall, TRUNK } from './sip-call.ts';
import { openEdge } from './sip-edge.ts';
import { openPeer, type PeerMessage, type SipPeer } from './sip-peer.ts';

export interface WholeEdge {
  readonly edge: EdgeUnderTest;
  readonly sbc: SipPeer;
  /** The SBC calls; what Event Grid tells the application. */
  ring(headers?: readonly string[]): Promise<RingingCall>;
  close(): Promise<void>;
}

interface RingingCall {
  readonly call: PeerCall;
  readonly event: { readonly data: { readonly incomingCallContext: string } };
  /** The final refusal that the SBC gets. */
  refused(): Promise<PeerMessage>;
}

/** `changes` are environment variables of the edge. */
export async function openWholeEdge(changes: Readonly<Record<string, string>> = {}): Promise<WholeEdge> {
  const edge = new EdgeUnderTest();
  let address = '';
  await edge.start(changes, true, async (routing) => {
    const sip = await openEdge({ trunks: edge.trunks.trunks, routing });
    address = sip.address('udp');
    return sip.server;
  });
  const sbc = await openPeer(address);
  await edge.control('PUT', `/trunks/${TRUNK}`, { address: '127.0.0.1', port: sbc.port, transport: 'udp' });
  return {
    edge,
    sbc,
    ring: async (headers = []) => {
      const before = edge.application.received.length;
      const call = peerCall(sbc);
      sbc.send(call.request('INVITE', { headers, body: offer(40_000) }));
      const received = await edge.application.waitFor(
        (candidate) =>
          candidate.headers['aeg-event-type'] === 'Notification' &&
          edge.application.received.indexOf(candidate) >= before,
      );
      const [event] = received.body as [RingingCall['event']];
      return {
        call,
        event,
        refused: async () => {
          const refusal = await sbc.next(/^SIP\/2.0 [4-6]/);
          call.answered(refusal);
          sbc.send(call.request('ACK'));
          return refusal;
        },
      };
    },
    close: async () => {
      sbc.close();
      await edge.close();
    },
  };
}
