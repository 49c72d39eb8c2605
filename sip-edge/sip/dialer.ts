/** Places a call by the voice routes: trunk after trunk, route after route (acs-facts 7.1). */
import type { DialRequest, DialResult } from '../leg.ts';
import { openMedia } from '../rtp/media-session.ts';
import type { Trunk } from '../trunks.ts';
import { type Attempt, placeCall } from './leg/outbound-call.ts';
import { Negotiation } from './leg/negotiation.ts';
import { loggable } from './loggable.ts';
import type { Signalling } from './signalling.ts';

/** Only these let the next trunk try (acs-facts 7.1). */
const FAIL_OVER = new Set([408, 503, 504]);

export async function dial(signalling: Signalling, request: DialRequest, signal: AbortSignal): Promise<DialResult> {
  const trunks = signalling.trunks.routesFor(request.target).flat();
  const ring = new AbortController();
  const cancelRing = signalling.clock.after(request.ringTimeoutMs, () => ring.abort('ring-timeout'));
  let last: DialResult = { kind: 'refused', status: 404, reason: 'no voice route', byPeer: false };
  try {
    for (const trunk of new Set(trunks)) {
      if (signal.aborted) return { kind: 'refused', status: 487, reason: 'cancelled', byPeer: false };
      if (ring.signal.aborted) break;
      const tried = await tryTrunk(signalling, request, trunk, AbortSignal.any([signal, ring.signal]));
      if (tried.kind === 'answered') return tried;
      const { sipCallId, status, reason, byPeer } = tried;
      last = { kind: 'refused', status, reason: loggable(reason, 100), byPeer };
      if (!FAIL_OVER.has(status)) return last;
      signalling.log.warn({ sipCallId, trunk: trunk.fqdn, status }, 'trunk passed over');
    }
    return last;
  } finally {
    cancelRing();
  }
}

async function tryTrunk(
  signalling: Signalling,
  request: DialRequest,
  trunk: Trunk,
  signal: AbortSignal,
): Promise<Attempt> {
  const first = await attempt(signalling, request, trunk, signal, undefined);
  if (first.kind === 'answered') return first;
  // RFC 4028 section 7.3: the peer told how long its sessions have to be.
  const again = first.sessionSeconds;
  return again === undefined ? first : attempt(signalling, request, trunk, signal, again);
}

async function attempt(
  signalling: Signalling,
  request: DialRequest,
  trunk: Trunk,
  signal: AbortSignal,
  sessionSeconds: number | undefined,
): Promise<Attempt> {
  const { pool, ticker, address } = signalling.media;
  try {
    const flow = await signalling.flowFor(`sip:${trunk.fqdn}`, trunk);
    const media = await openMedia(pool, ticker, flow.remote.address);
    const negotiation = new Negotiation(media, address);
    return await placeCall({ signalling, trunk, flow, request, negotiation, sessionSeconds, signal });
  } catch (error) {
    signalling.log.warn({ trunk: trunk.fqdn, error: String(error) }, 'trunk cannot be called');
    return { kind: 'refused', status: 503, reason: 'trunk cannot be reached', byPeer: false, sipCallId: undefined };
  }
}
