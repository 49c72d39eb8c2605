import { afterEach, describe, expect, it } from 'vitest';
import type { PeerMessage } from './sip-peer.ts';
import { openWholeEdge, type WholeEdge } from './whole-edge.ts';

let whole: WholeEdge | undefined;
afterEach(() => whole?.close());

/** What the SBC is told when the application rejects its call. */
async function rejected(on: WholeEdge, reason: string | undefined): Promise<PeerMessage> {
  const call = await on.ring();
  const options = reason === undefined ? {} : { callRejectReason: reason };
  await on.edge.client().rejectCall(call.event.data.incomingCallContext, options);
  return call.refused();
}

describe('a call that the application rejects', () => {
  it.each([
    ['none', 'SIP/2.0 603 Decline'],
    [undefined, 'SIP/2.0 603 Decline'],
    ['busy', 'SIP/2.0 486 Busy Here'],
    ['forbidden', 'SIP/2.0 403 Forbidden'],
  ])('for "%s" is refused with %s', async (reason, startLine) => {
    whole = await openWholeEdge();
    const refusal = await rejected(whole, reason);
    expect(refusal.startLine).toBe(startLine);
    expect(refusal.header('Retry-After')).toBeUndefined();
  });

  it('sends the SBC to its next route where that is set up, and says for how long', async () => {
    whole = await openWholeEdge({ EDGE_REJECT_STATUSES: 'none:503', EDGE_REJECT_RETRY_AFTER_S: '30' });
    const refusal = await rejected(whole, 'none');
    expect(refusal.startLine).toBe('SIP/2.0 503 Service Unavailable');
    expect(refusal.header('Retry-After')).toBe('30');
  });

  it('is refused otherwise from the next call on when the setting changes, and keeps the other reasons', async () => {
    whole = await openWholeEdge();
    await whole.edge.settings({ reject: { busy: 503, retryAfterS: 0 } });
    const refusal = await rejected(whole, 'busy');
    expect(refusal.startLine).toBe('SIP/2.0 503 Service Unavailable');
    expect(refusal.header('Retry-After')).toBeUndefined();
    const settings = await whole.edge.control('GET', '/settings');
    expect(settings).toMatchObject({ reject: { none: 603, busy: 503, forbidden: 403 } });
  });
});
