import type { IncomingInviteRequest } from 'sip.js/lib/core/index.js';
import { Leg, type LegEnd } from './leg.ts';
import type { CallCore, SipEndpoint } from './sip/endpoint.ts';
import { customHeaders, readHeaders } from './sip/headers.ts';

/** What a leg that ended so looks like on the other side of the SBC. */
function refusalFor(end: LegEnd): number {
  return end.by === 'refused' ? end.status : 480;
}

/**
 * The SBC between the edge and a queue's phone: an INVITE from the edge becomes an INVITE to the phone with the same custom
 * headers; answers, refusals, audio and hanging up pass through in both directions.
 */
export async function bridgeToQueue(
  sbc: SipEndpoint,
  request: IncomingInviteRequest,
  call: CallCore,
  queue: { readonly queuePort: number; readonly ringTimeoutMs: number },
): Promise<void> {
  const state: { phone: Leg | undefined; hasEdgeLeft: boolean } = { phone: undefined, hasEdgeLeft: false };
  const edge = await Leg.takeUp(sbc, request, call, {
    onAudio: (samples) => state.phone?.sendFrame(samples),
    onKey: (key) => void state.phone?.press(key),
    onEnded: () => {
      state.hasEdgeLeft = true;
      clearTimeout(ringTimer);
      state.phone?.hangUp();
    },
  });
  if (!edge) return;
  const ringTimer = setTimeout(() => edge.refuse(408), queue.ringTimeoutMs);
  if (state.hasEdgeLeft) clearTimeout(ringTimer);
  try {
    state.phone = await Leg.callOut(
      sbc,
      {
        from: request.message.from.uri.user ?? 'anonymous',
        to: request.message.ruri?.user ?? '',
        peer: { transport: 'tcp', host: sbc.host, port: queue.queuePort },
        headers: customHeaders(readHeaders(request.message.data)),
        codecs: ['PCMU', 'PCMA'],
        takesRefer: false,
      },
      {
        onRinging: () => edge.ring(),
        onAnswered: () => {
          clearTimeout(ringTimer);
          edge.answer();
        },
        onAudio: (samples) => edge.sendFrame(samples),
        onEnded: (end) => (edge.isAnswered ? edge.hangUp() : edge.refuse(refusalFor(end))),
      },
    );
    if (state.hasEdgeLeft) state.phone.hangUp();
  } catch {
    // The phone's endpoint is gone: the enterprise is closing.
    edge.refuse(503);
  }
}
