import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallCommand, CallEvent } from '#core/call/event';
import { MEDIA_MOVED, MEDIA_OVER } from '#core/call/given-up';
import type { CallState } from '#core/call/state';
import { FAILURE_TRANSFER_ID, LAST_RESORT_TIMEOUT_MS, SECOND_FAILURE_TRANSFER_ID } from '#core/call/last-resort';
import { firstState, transition } from '#core/call/transition';
import type { CallConnectionId, PhoneNumber } from '#core/ids';
import { callIn } from '../../../support/call.ts';
import { connectionId, offer } from '../../../support/offered-call.ts';

const somebody = '+18005550110' as PhoneNumber;
const connection = fc.constantFrom<CallConnectionId>(
  connectionId,
  '3b0c2680-2222-4bce-9d52-7fc9b230dc75' as CallConnectionId,
);
const transferId = fc.constantFrom('transfer-1', 'transfer-2', FAILURE_TRANSFER_ID, SECOND_FAILURE_TRANSFER_ID, '');
const code = fc.constantFrom(0, 200, 408, 480, 486, 487, 500, 603);
const subCode = fc.constantFrom(0, 5002, 7000, 7015, 8607, 540_000, 540_487, 560_486);
/** Few values, so that events often share a time. */
const atMs = fc.nat({ max: 12 }).map((step) => offer.offeredAtMs + step);

const keyPressed = fc.record({
  type: fc.constant('key-pressed' as const),
  atMs,
  sequenceId: fc.nat({ max: 6 }),
  key: fc.constantFrom('1', '2'),
});

const notTheEnd: fc.Arbitrary<CallEvent> = fc.oneof(
  fc.record({ type: fc.constant('answer-accepted' as const), atMs, connectionId: connection }),
  fc.record({ type: fc.constant('connected' as const), atMs, connectionId: connection }),
  fc.record({ type: fc.constant('media-started' as const), atMs, connectionId: connection }),
  fc.record({
    type: fc.constant('media-lost' as const),
    atMs,
    connectionId: connection,
    detail: fc.constantFrom(
      'streamConnectionInterrupted',
      'initialWebSocketConnectionFailed',
      'subscriptionStopped',
      MEDIA_MOVED,
      MEDIA_OVER,
      '',
    ),
  }),
  fc.record({
    type: fc.constant('watchdog-fired' as const),
    atMs: fc.oneof(
      atMs,
      atMs.map((ms) => ms + LAST_RESORT_TIMEOUT_MS),
    ),
  }),
  fc.record({
    type: fc.constant('transfer-accepted' as const),
    atMs,
    transferId,
    target: fc.constantFrom(undefined, somebody),
  }),
  fc.record({ type: fc.constant('transfer-asked' as const), atMs, transferId }),
  fc.record({ type: fc.constant('transfer-failed' as const), atMs, transferId, code, subCode }),
  fc.record({ type: fc.constant('failure-message-over' as const), atMs }),
  keyPressed,
);
const disconnected = fc.record({ type: fc.constant('disconnected' as const), atMs, code, subCode });
const anyEvent: fc.Arbitrary<CallEvent> = fc.oneof(
  { weight: 12, arbitrary: notTheEnd },
  { weight: 1, arbitrary: disconnected },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('answer-refused' as const), atMs, code, subCode }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('caller-gave-up' as const), atMs, code, subCode }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('call-gone' as const), atMs }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('redirected' as const), atMs, target: fc.constant(somebody) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('rejected' as const),
      atMs,
      reason: fc.constantFrom('none' as const, 'busy' as const, 'forbidden' as const),
    }),
  },
);

/** Some events, some of them delivered again, all of them in an order of their own. */
const deliveries: fc.Arbitrary<readonly CallEvent[]> = fc
  .array(anyEvent, { maxLength: 14, size: 'max' })
  .chain((events) =>
    fc.subarray(events).chain((again) => {
      const all = [...events, ...again];
      return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
    }),
  );

interface Life {
  readonly states: readonly CallState[];
  readonly commands: readonly { readonly command: CallCommand; readonly from: CallState }[];
}

function live(first: CallState, events: readonly CallEvent[]): Life {
  const states: CallState[] = [first];
  const commands: { command: CallCommand; from: CallState }[] = [];
  for (const event of events) {
    const from = states.at(-1)!;
    const next = transition(from, event);
    if (next.kind === 'ignored') continue;
    states.push(next.state);
    commands.push(...next.commands.map((command) => ({ command, from })));
  }
  return { states, commands };
}

/** Mostly from the beginning, and often enough from where it gets difficult. */
const firstStates = fc.constantFrom<CallState>(
  firstState(offer),
  { ...callIn.connected, connectedAtMs: offer.offeredAtMs },
  { ...callIn.talking, mediaStartedAtMs: offer.offeredAtMs },
);

function isWaiting(state: CallState | undefined): boolean {
  return state !== undefined && 'transfer' in state && state.transfer?.result.kind === 'waiting';
}

function isAskedAgain(state: CallState | undefined): boolean {
  const result = state !== undefined && 'transfer' in state ? state.transfer?.result : undefined;
  return result?.kind === 'under-way' && result.asked === 'again';
}

function everyLife(predicate: (life: Life, events: readonly CallEvent[]) => void): void {
  fc.assert(
    fc.property(firstStates, deliveries, (first, events) => predicate(live(first, events), events)),
    { numRuns: 5_000 },
  );
}

describe('a call, whatever is delivered how often and in which order', () => {
  it('ends when it is disconnected, and never comes back', () => {
    everyLife(({ states }, events) => {
      const told = states.filter((state) => state.phase === 'ended' && state.source === 'front');
      expect(told.length).toBeLessThanOrEqual(1);
      if (told.length === 1) expect(states.at(-1)).toBe(told[0]);
      if (events.some(({ type }) => type === 'disconnected')) expect(states.at(-1)?.phase).toBe('ended');
    });
  });

  it('comes back only when its end was inferred, and it had never been established', () => {
    everyLife(({ states }) => {
      for (const [index, state] of states.entries()) {
        const before = states[index - 1];
        if (before?.phase !== 'ended') continue;
        expect(before).toMatchObject({ source: 'inference', connectionId: undefined });
        expect(state).not.toMatchObject({ source: 'inference' });
      }
    });
  });

  it('is given no command once it has ended, or with its end', () => {
    everyLife(({ states, commands }) => {
      for (const { from } of commands) expect(from).not.toMatchObject({ phase: 'ended', source: 'front' });
      const end = states.at(-1)!;
      const last = states.at(-2);
      if (end.phase === 'ended') expect(commands.filter(({ from }) => from === last)).toEqual([]);
    });
  });

  it('asks at most once for another stream, and once for each that a bridge gave up, once for keys, once for a person, and says sorry once', () => {
    everyLife(({ states, commands }) => {
      const given = (type: CallCommand['type']): readonly CallCommand[] =>
        commands.flatMap(({ command }) => (command.type === type ? [command] : []));
      for (const type of ['listen-for-keys', 'apologise-and-hang-up'] as const) {
        expect(given(type).length).toBeLessThanOrEqual(1);
      }
      const moves = new Set(states.flatMap((state) => ('mediaMovedAtMs' in state ? [state.mediaMovedAtMs] : [])));
      expect(given('start-media').length).toBeLessThanOrEqual(1 + moves.size);
      // Again only behind a transfer of the bridge's that was in the way.
      const asked = (id: string): number =>
        given('transfer-to-person').filter((command) => 'transferId' in command && command.transferId === id).length;
      const waits = states.filter((state, index) => isWaiting(state) && !isWaiting(states[index - 1])).length;
      // Or when nobody knows that the request went out, and then once.
      const again = states.filter((state, index) => isAskedAgain(state) && !isAskedAgain(states[index - 1])).length;
      expect(again).toBeLessThanOrEqual(1);
      expect(asked(FAILURE_TRANSFER_ID)).toBeLessThanOrEqual(1 + waits + again);
      expect(asked(SECOND_FAILURE_TRANSFER_ID)).toBeLessThanOrEqual(Math.min(1, waits));
    });
  });

  it('says sorry only after a person was asked for, and then neither starts media nor asks again', () => {
    everyLife(({ commands }) => {
      const order = commands.map(({ command }) => command.type);
      const sorry = order.indexOf('apologise-and-hang-up');
      if (sorry < 0) return;
      // When nothing is heard of the apology, the call is hung up; nothing else follows.
      const following = order.slice(sorry + 1).filter((type) => type !== 'listen-for-keys');
      expect(new Set(following)).toSatisfy((after: Set<string>) => after.size === 0 || [...after].join() === 'hang-up');
      expect(order).toContain('transfer-to-person');
    });
  });

  it('is not asked for a person again once it is known that the front was asked', () => {
    everyLife(({ states }) => {
      const known = states.findIndex(
        (state) =>
          'transfer' in state && state.transfer?.result.kind === 'under-way' && state.transfer.result.asked === 'yes',
      );
      expect(known >= 0 && states.slice(known).some(isAskedAgain)).toBe(false);
    });
  });

  it('is only ended, again and again, once it is being ended', () => {
    everyLife(({ commands }) => {
      const order = commands.map(({ command }) => command.type);
      const hungUp = order.indexOf('hang-up');
      if (hungUp < 0) return;
      const following = order.slice(hungUp).filter((type) => type !== 'listen-for-keys');
      expect([...new Set(following)]).toEqual(['hang-up']);
    });
  });

  it('is not touched any more once the caller is handed over', () => {
    everyLife(({ states, commands }) => {
      const handedOver = states.findIndex(({ phase }) => phase === 'handed-over');
      if (handedOver < 0) return;
      expect(states.slice(handedOver).map(({ phase }) => phase)).toSatisfy(
        (phases: string[]) => phases.length === 1 || (phases.length === 2 && phases[1] === 'ended'),
      );
      for (const { from } of commands) expect(from.phase).not.toBe('handed-over');
    });
  });

  it('has each key that was reported while it was established once, in the order of their numbers', () => {
    fc.assert(
      fc.property(fc.constantFrom(callIn.connected, callIn.talking), deliveries, (first, events) => {
        const { states } = live(first, events);
        for (const state of states) {
          if (!('keys' in state)) continue;
          const numbers = state.keys.map(({ sequenceId }) => sequenceId);
          expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other));
        }
        const last = states.findLast((state) => 'keys' in state);
        const isOver = events.some(({ type }) => ['disconnected', 'call-gone', 'transfer-accepted'].includes(type));
        if (isOver || last === undefined) return;
        const reported = new Set(events.flatMap((event) => (event.type === 'key-pressed' ? [event.sequenceId] : [])));
        expect(new Set(last.keys.map(({ sequenceId }) => sequenceId))).toEqual(reported);
      }),
      { numRuns: 1_000 },
    );
  });

  it('keeps the offer it began with, and the leg it was connected by', () => {
    everyLife(({ states }) => {
      const legs = states.flatMap((state) =>
        state.phase === 'offered' || state.phase === 'answered' || state.connectionId === undefined
          ? []
          : [state.connectionId],
      );
      for (const state of states) expect(state.offer).toBe(offer);
      expect(new Set(legs).size).toBeLessThanOrEqual(1);
    });
  });

  it('takes every delivery for what it is: the same event again changes nothing', () => {
    fc.assert(
      fc.property(firstStates, deliveries, anyEvent, (first, events, event) => {
        const state = live(first, events).states.at(-1)!;
        const once = transition(state, event);
        if (once.kind === 'ignored') return;
        const again = transition(once.state, event);
        expect(again.kind === 'ignored' ? [] : again.commands).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });
});
