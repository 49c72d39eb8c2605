import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { CallPhase } from '#core/call/state';
import type { KeySource } from '#core/conversation/key-sources';
import { PortError } from '#core/ports/error';
import type { CallStore } from '#core/ports/call-store';
import { CallRowWatch } from '../../../../media-bridge/session/call-row-watch.ts';
import { callIn } from '../../../support/call.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { memoryCallStore } from '../../../support/memory-call-store.ts';
import { offer } from '../../../support/offered-call.ts';

let watch: CallRowWatch | undefined;
afterEach(() => watch?.close());

async function watchUnderTest(changes: Partial<CallStore> = {}, keySource: KeySource = 'media') {
  const [clock, calls] = [manualClock(), memoryCallStore()];
  const seen: CallPhase[] = [];
  await calls.create(callIn.talking, new AbortController().signal);
  watch = new CallRowWatch({
    callId: offer.callId,
    calls: { ...calls, ...changes },
    keySource,
    clock,
    log: pino({ level: 'silent' }),
    onState: ({ phase }) => seen.push(phase),
  });
  return { watch, clock, seen };
}

describe('the bridge', () => {
  it('looks at the call row every ten seconds', async () => {
    const { clock, seen } = await watchUnderTest();
    await clock.advance(50_000);
    expect(seen).toHaveLength(5);
  });

  it('looks four times a second while it waits for a transfer, from then on', async () => {
    const { watch, clock, seen } = await watchUnderTest();
    await clock.advance(1_000);
    watch.awaitingTransfer = true;
    await clock.advance(1_000);
    expect(seen.length).toBeGreaterThanOrEqual(4);
    watch.awaitingTransfer = false;
    await clock.advance(0);
    const before = seen.length;
    await clock.advance(10_000);
    expect(seen.length - before).toBeLessThanOrEqual(6);
  });

  it.each(['events', 'both'] as const)('looks four times a second where keys come from %s', async (keySource) => {
    const { watch, clock, seen } = await watchUnderTest({}, keySource);
    await clock.advance(10_000);
    expect(seen).toHaveLength(40);
    watch.awaitingTransfer = true;
    watch.awaitingTransfer = false;
    await clock.advance(1_000);
    expect(seen).toHaveLength(44);
  });

  it('goes on looking when the row could not be read', async () => {
    let reads = 0;
    const down = new PortError('call-store', 'down', { retryable: true });
    const { clock } = await watchUnderTest({ load: () => Promise.reject(((reads += 1), down)) });
    await clock.advance(30_000);
    expect(reads).toBe(3);
  });

  it('looks no more when the call is over', async () => {
    const { watch, clock, seen } = await watchUnderTest();
    watch.close();
    await clock.advance(60_000);
    expect(seen).toEqual([]);
  });
});
