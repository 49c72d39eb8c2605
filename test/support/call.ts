import type { CallIn, CallPhase } from '#core/call/state';
import type { PhoneNumber } from '#core/ids';
import { connectionId, offer } from './offered-call.ts';

export const queueNumber = '+18005550110' as PhoneNumber;

/** When things happened in the samples, milliseconds since the epoch. */
export const connectedAtMs = offer.offeredAtMs + 1_000;
export const mediaStartedAtMs = offer.offeredAtMs + 1_200;
const transferredAtMs = offer.offeredAtMs + 60_000;
/** After everything in the samples. */
export const laterMs = offer.offeredAtMs + 120_000;

const established = {
  offer,
  connectionId,
  connectedAtMs,
  mediaStartedAtMs: undefined,
  mediaLostAtMs: [],
  transfer: undefined,
  keys: [],
} as const;

/** One sample state per phase. A new phase without a sample does not compile. */
export const callIn: { readonly [P in CallPhase]: CallIn<P> } = {
  offered: { phase: 'offered', offer },
  answered: { phase: 'answered', offer, connectionId },
  connected: { phase: 'connected', ...established },
  talking: { phase: 'talking', ...established, mediaStartedAtMs },
  'handed-over': {
    phase: 'handed-over',
    ...established,
    mediaStartedAtMs,
    transfer: { id: 'transfer-1', target: queueNumber, result: { kind: 'accepted', atMs: transferredAtMs } },
  },
  ended: {
    phase: 'ended',
    offer,
    connectionId,
    endedAtMs: transferredAtMs,
    outcome: { kind: 'caller-hung-up' },
    transfer: undefined,
    source: 'front',
  },
};
