import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callIdentity } from '#adapters/call-automation/call-identity';
import type { CallState } from '#core/call/state';
import type { Clock } from '#core/ports/clock';
import { handleCallEvents } from '../../../functions/app/call-events.ts';
import { handleIncomingCall } from '../../../functions/app/incoming-call.ts';
import { handleWatchdog } from '../../../functions/app/watchdog.ts';
import { callbackRequest, functionServices, incomingCallEvent } from '../../support/function-services.ts';
import { offer } from '../../support/offered-call.ts';
import { unreliableFront, type Agenda, type UnreliableFront } from '../../support/unreliable-front.ts';

const { callId } = callIdentity(offer.correlationId);
/** From then on requests are granted and reports arrive, so that a call which has not ended by itself can. */
const WELL_AFTER_MS = 5 * 60_000;
/** Each handler that ran, and each thing that happened at the front. */
const STEPS_MAX = 150;
/** The queue's own redelivery, `visibilityTimeout` and `maxDequeueCount` of host.json. */
const REDELIVERY_MS = 2_000;
const DELIVERIES_MAX = 5;

interface Life {
  readonly front: UnreliableFront;
  readonly row: CallState | undefined;
  readonly steps: number;
  readonly lastedMs: number;
}

/** One call, from the first delivery until nothing is left to happen. `dice` decide what goes wrong. */
async function live(dice: readonly number[]): Promise<Life> {
  const startMs = offer.offeredAtMs + 500;
  let nowMs = startMs;
  let rolled = 0;
  let steps = 0;
  const roll = (): number => dice[(rolled += 1) % dice.length] ?? 0;
  const due: { readonly atMs: number; readonly what: () => unknown }[] = [];
  const agenda: Agenda = {
    get nowMs() {
      return nowMs;
    },
    at: (afterMs, what) => void due.push({ atMs: nowMs + afterMs, what }),
  };
  const clock: Clock = {
    now: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
      await Promise.resolve();
    },
  };
  const look = async (delivery: number): Promise<void> => {
    await handleWatchdog({ callId }, services).catch(() => {
      if (delivery < DELIVERIES_MAX) agenda.at(REDELIVERY_MS, () => look(delivery + 1));
    });
  };
  const watchdog = {
    schedule: (_: unknown, afterMs: number) => {
      agenda.at(afterMs, () => look(1));
      return Promise.resolve();
    },
  };
  const report = async (type: string, data: Record<string, unknown>): Promise<void> => {
    const request = callbackRequest(callId, nowMs, type, data);
    // Nobody says that a callback which was answered 500 comes again.
    await handleCallEvents(request, services).catch(() => undefined);
  };
  const front = unreliableFront(agenda, roll, report, () => nowMs - startMs > WELL_AFTER_MS);
  const services = { ...functionServices({ clock, watchdog }), control: front };
  for (const afterMs of [0, roll() * 20, 10_000]) {
    agenda.at(afterMs, () => handleIncomingCall(incomingCallEvent(), services).catch(() => undefined));
  }
  // The agent talks, loses its bridge, and at last says goodbye.
  agenda.at(20_000, () => {
    if (front.isStreaming && roll() < 50) front.dropStream();
  });
  agenda.at(400_000, () => {
    if (front.isStreaming) front.end('agent');
  });
  while (due.length > 0 && steps < STEPS_MAX) {
    due.sort((one, other) => one.atMs - other.atMs);
    const next = due.shift();
    if (next === undefined) break;
    nowMs = Math.max(nowMs, next.atMs);
    steps += 1;
    await next.what();
  }
  return { front, row: services.calls.rows.get(callId)?.state, steps, lastedMs: nowMs - startMs };
}

async function everyCall(holds: (life: Life) => void): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 99 }), { minLength: 40, maxLength: 120, size: 'max' }), async (dice) =>
      holds(await live(dice)),
    ),
    { numRuns: 200 },
  );
}

describe('a call, whichever requests are refused, done without a word or lost with their process, and whichever reports are lost', () => {
  it('ends, for the caller and in its row, after a bounded number of steps', { timeout: 30_000 }, async () => {
    await everyCall(({ front, row, steps, lastedMs }) => {
      expect(steps).toBeLessThan(STEPS_MAX);
      expect(['rang-out', 'with-a-person', 'hung-up-on', 'hung-up']).toContain(front.caller);
      expect(row?.phase).toBe('ended');
      expect(lastedMs).toBeLessThan(15 * 60_000);
    });
  });

  it(
    'is answered once, and hung up on only after a person was asked for and the caller was told',
    { timeout: 30_000 },
    async () => {
      await everyCall(({ front }) => {
        expect(front.answers).toBeLessThanOrEqual(1);
        if (front.caller !== 'hung-up-on') return;
        const { operations } = front;
        expect(operations.indexOf('transfer')).toBeGreaterThan(-1);
        expect(operations.indexOf('playText')).toBeGreaterThan(operations.indexOf('transfer'));
        expect(operations.indexOf('hangUp')).toBeGreaterThan(operations.indexOf('playText'));
      });
    },
  );
});
