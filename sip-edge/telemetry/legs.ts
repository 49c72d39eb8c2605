/** SIP legs as spans: from the INVITE to the BYE, or to what became of it instead. */
import { LegGone, type ActiveLeg, type DialRequest, type DialResult, type RingingLeg, type Telephony } from '../leg.ts';
import type { Span, Traces } from './traces.ts';

/** The ringing leg as it is, its life told as a span of its call. */
export function tracedRinging(leg: RingingLeg, correlationId: string, traces: Traces): RingingLeg {
  const span = traces.begin(correlationId, 'SIP leg', { direction: 'inbound', trunk: leg.trunk });
  leg.onCancelled(() => {
    span.end({ outcome: 'cancelled' });
  });
  const { sipCallId, trunk, from, to, displayName, headers, referredBy } = leg;
  return {
    sipCallId,
    trunk,
    from,
    to,
    displayName,
    headers,
    referredBy,
    ring() {
      leg.ring();
      span.event('180 Ringing');
    },
    forwarding() {
      leg.forwarding();
    },
    async answer() {
      try {
        const active = await leg.answer();
        tellLife(active, span);
        return active;
      } catch (error) {
        span.end({ outcome: error instanceof LegGone ? 'gone' : 'broken' }, 'not-answered');
        throw error;
      }
    },
    refuse(status, options) {
      leg.refuse(status, options);
      span.end({ outcome: 'refused', 'sip.status': status });
    },
    onCancelled: (listener) => leg.onCancelled(listener),
  };
}

/** Dials, and tells the leg that comes of it. */
export async function dialTraced(
  telephony: Telephony,
  request: DialRequest,
  signal: AbortSignal,
  traces: Traces,
  correlationId: string,
): Promise<DialResult> {
  const span = traces.begin(correlationId, 'SIP leg', { direction: 'outbound' });
  const result = await telephony.dial(request, signal);
  if (result.kind === 'answered') tellLife(result.leg, span);
  else span.end({ outcome: 'refused', 'sip.status': result.status }, String(result.status));
  return result;
}

function tellLife(leg: ActiveLeg, span: Span): void {
  span.event('answered');
  void leg.ended.then(({ by }) => {
    const { packetsReceived, packetsSent, packetsLost, packetsLate, codec } = leg.audio.stats();
    const rtp = {
      'rtp.codec': codec,
      'rtp.packets.received': packetsReceived,
      'rtp.packets.sent': packetsSent,
      'rtp.packets.lost': packetsLost,
      'rtp.packets.late': packetsLate,
    };
    span.end({ outcome: 'ended', 'ended.by': by, ...rtp }, by === 'network' ? 'network' : undefined);
  });
}
