import { describe, expect, it } from 'vitest';
import type { CallEvent } from '#core/call/event';
import { MEDIA_MOVED, MEDIA_OVER } from '#core/call/given-up';
import type { CallState } from '#core/call/state';
import {
  APOLOGY_TIMEOUT_MS,
  ASK_TIMEOUT_MS,
  FAILURE_TRANSFER_ID,
  HANG_UP_AGAIN_MS,
  LAST_RESORT_TIMEOUT_MS,
  SECOND_FAILURE_TRANSFER_ID,
} from '#core/call/last-resort';
import type { Transition } from '#core/call/moves';
import { firstState, transition } from '#core/call/transition';
import { nextLookMs } from '#core/call/watch';
import { callIn, connectedAtMs, laterMs, mediaStartedAtMs, queueNumber } from '../../../support/call.ts';
import { connectionId, offer } from '../../../support/offered-call.ts';

const atMs = laterMs;
const connected: CallEvent = { type: 'connected', atMs, connectionId };
const mediaStarted: CallEvent = { type: 'media-started', atMs, connectionId };
const mediaLost: CallEvent = { type: 'media-lost', atMs, connectionId, detail: 'streamConnectionInterrupted' };
const watchdogFired: CallEvent = { type: 'watchdog-fired', atMs };
const callerHungUp: CallEvent = { type: 'disconnected', atMs, code: 200, subCode: 540_000 };
const transferAccepted: CallEvent = { type: 'transfer-accepted', atMs, transferId: 'transfer-2', target: queueNumber };
const transferFailed: CallEvent = {
  type: 'transfer-failed',
  atMs,
  transferId: 'transfer-2',
  code: 486,
  subCode: 560486,
};
const ourTransferAsked: CallEvent = { type: 'transfer-asked', atMs, transferId: FAILURE_TRANSFER_ID };
const ourTransferFailed: CallEvent = { ...transferFailed, transferId: FAILURE_TRANSFER_ID };

const toPerson = { type: 'transfer-to-person', connectionId, transferId: FAILURE_TRANSFER_ID };
const startMedia = { type: 'start-media', connectionId };
const listenForKeys = { type: 'listen-for-keys', connectionId };
const apology = { type: 'apologise-and-hang-up', connectionId };

/** Later events happen later. */
function after(state: CallState, ...events: readonly CallEvent[]): Transition & { kind: 'moved' } {
  let last: Transition & { kind: 'moved' } = { kind: 'moved', state, commands: [] };
  for (const [index, event] of events.entries()) {
    const next = transition(last.state, { ...event, atMs: event.atMs + index });
    if (next.kind === 'ignored') throw new Error(`${next.event} was ignored while ${next.phase}`);
    last = next;
  }
  return last;
}

describe('a call that rings', () => {
  it('waits for nothing but the answer', () => {
    expect(firstState(offer)).toEqual(callIn.offered);
  });

  it('is answered when the front takes the answer', () => {
    expect(after(callIn.offered, { type: 'answer-accepted', atMs, connectionId }).state).toEqual(callIn.answered);
  });

  it.each([connected, mediaStarted])('is listened to for keys once it is established, by $type', (event) => {
    expect(after(callIn.answered, event).commands).toEqual([listenForKeys]);
    expect(after(callIn.answered, event, event === connected ? mediaStarted : mediaLost).commands).not.toContainEqual(
      listenForKeys,
    );
  });

  it('is connected when the callback overtakes the response to the answer', () => {
    expect(after(callIn.offered, connected).state).toMatchObject({ phase: 'connected', connectionId });
  });

  it('is being talked to when even the media callback overtakes it', () => {
    expect(after(callIn.offered, mediaStarted).state).toMatchObject({ phase: 'talking', mediaStartedAtMs: atMs });
  });

  it.each<[string, CallEvent, object]>([
    ['cancelled by the caller', { type: 'disconnected', atMs, code: 487, subCode: 540_487 }, { kind: 'abandoned' }],
    [
      'cancelled before the SBC was reached',
      { type: 'disconnected', atMs, code: 487, subCode: 0 },
      { kind: 'abandoned' },
    ],
    ['hung up at once', callerHungUp, { kind: 'caller-hung-up' }],
    [
      'refused by the front',
      { type: 'answer-refused', atMs, code: 404, subCode: 8522 },
      { kind: 'answer-failed', code: 404, subCode: 8522 },
    ],
    [
      'sent to a person',
      { type: 'redirected', atMs, target: queueNumber },
      { kind: 'redirected', target: queueNumber },
    ],
    ['rejected', { type: 'rejected', atMs, reason: 'busy' }, { kind: 'rejected', reason: 'busy' }],
  ])('ends when it is %s', (_, event, outcome) => {
    expect(after(callIn.offered, event)).toEqual({
      kind: 'moved',
      state: {
        phase: 'ended',
        offer,
        outcome,
        endedAtMs: atMs,
        connectionId: undefined,
        transfer: undefined,
        source: event.type === 'answer-refused' ? 'inference' : 'front',
      },
      commands: [],
    });
  });

  it('is left to the front by the watchdog: there is nobody to speak to yet', () => {
    const whileItRings = { ...watchdogFired, atMs: offer.offeredAtMs + 20_000 };
    expect(transition(callIn.offered, whileItRings)).toEqual({
      kind: 'ignored',
      phase: 'offered',
      event: 'watchdog-fired',
    });
  });

  it('is over when nobody has told anything long after the ring', () => {
    expect(after(callIn.offered, watchdogFired)).toMatchObject({
      state: { phase: 'ended', outcome: { kind: 'unreported' }, source: 'inference' },
      commands: [],
    });
  });
});

describe('a call that was held for over by inference', () => {
  const held: readonly [string, CallEvent][] = [
    ['the answer was refused', { type: 'answer-refused', atMs, code: 500, subCode: 9999 }],
    ['the caller seemed to have given up', { type: 'caller-gave-up', atMs, code: 404, subCode: 8522 }],
    ['nothing was heard of it', watchdogFired],
  ];

  it.each(held)('because %s comes back when the front tells of it', (_, why) => {
    const over = after(callIn.offered, why).state;
    expect(after(over, connected)).toMatchObject({ state: { phase: 'connected' }, commands: [listenForKeys] });
    expect(after(over, mediaStarted)).toMatchObject({ state: { phase: 'talking' } });
    expect(after(over, mediaLost)).toMatchObject({
      state: { phase: 'connected' },
      commands: [startMedia, listenForKeys],
    });
    expect(after(over, { type: 'answer-accepted', atMs, connectionId })).toMatchObject({
      state: { phase: 'answered' },
    });
  });

  it.each(held)('because %s ends for good when the front says how', (_, why) => {
    const over = after(callIn.offered, why, callerHungUp).state;
    expect(over).toMatchObject({ outcome: { kind: 'caller-hung-up' }, source: 'front' });
    expect(transition(over, connected).kind).toBe('ignored');
  });

  it('does not come back once it was established: the front was asked, and knew it no more', () => {
    const over = after(callIn.talking, { type: 'call-gone', atMs }).state;
    expect(over).toMatchObject({ outcome: { kind: 'unreported' }, source: 'inference', connectionId });
    for (const event of [connected, mediaStarted, mediaLost]) expect(transition(over, event).kind).toBe('ignored');
  });
});

describe('a call the front knows no more, and of whose end nothing was told', () => {
  const gone: CallEvent = { type: 'call-gone', atMs };
  it.each<[string, CallState, object]>([
    ['unreported when the caller was being talked to', callIn.talking, { kind: 'unreported' }],
    ['handed over when a person had taken it', callIn['handed-over'], { kind: 'handed-over', target: queueNumber }],
    [
      'failed when nobody could be reached',
      after(callIn.connected, watchdogFired, ourTransferFailed).state,
      { kind: 'failed', reason: 'transfer-failed' },
    ],
  ])('is %s', (_, state, outcome) => {
    expect(after(state, gone).state).toMatchObject({ phase: 'ended', outcome, source: 'inference' });
  });
});

describe('an answered call whose CallConnected is late', () => {
  it('ends when the front finds that it could not be answered', () => {
    expect(after(callIn.answered, { type: 'answer-refused', atMs, code: 500, subCode: 9999 }).state).toMatchObject({
      outcome: { kind: 'answer-failed', code: 500, subCode: 9999 },
      connectionId,
    });
  });

  it('goes to a person when the watchdog fires', () => {
    expect(after(callIn.answered, watchdogFired).commands).toEqual([toPerson, listenForKeys]);
  });

  it('keeps the outcome of a transfer, since only an established call is transferred', () => {
    expect(after(callIn.answered, transferFailed).state).toMatchObject({
      phase: 'connected',
      transfer: { id: 'transfer-2', result: { kind: 'failed', code: 486, subCode: 560_486 } },
    });
    expect(after(callIn.answered, transferAccepted).state.phase).toBe('handed-over');
  });

  it('asks for the stream again when that is lost first', () => {
    expect(after(callIn.answered, mediaLost)).toMatchObject({
      state: { phase: 'connected' },
      commands: [startMedia, listenForKeys],
    });
  });
});

describe('a connected call', () => {
  it('is being talked to once the stream is up', () => {
    expect(after(callIn.connected, mediaStarted)).toMatchObject({ state: { phase: 'talking' }, commands: [] });
  });

  it('goes to a person when nobody talks to the caller', () => {
    expect(after(callIn.connected, watchdogFired)).toMatchObject({
      state: { phase: 'connected', transfer: { id: FAILURE_TRANSFER_ID, result: { kind: 'under-way', atMs } } },
      commands: [toPerson],
    });
  });

  it('is sent to a person once, however often the watchdog fires', () => {
    expect(transition(after(callIn.connected, watchdogFired).state, watchdogFired).kind).toBe('ignored');
  });

  it('hears that nobody can be reached when the person does not answer', () => {
    expect(after(callIn.connected, watchdogFired, ourTransferFailed)).toMatchObject({
      state: { transfer: { result: { kind: 'failed', code: 486 } } },
      commands: [apology],
    });
  });

  it('is hung up when the end of the apology goes unreported, once', () => {
    const sorry = transition(
      {
        ...callIn.connected,
        transfer: {
          id: FAILURE_TRANSFER_ID,
          target: undefined,
          result: { kind: 'under-way', atMs: 1_000, asked: 'unknown' },
        },
      },
      { type: 'transfer-failed', atMs: 2_000, transferId: FAILURE_TRANSFER_ID, code: 486, subCode: 560_486 },
    );
    if (sorry.kind !== 'moved') throw new Error('the apology was not decided');
    const watchdog = { type: 'watchdog-fired', atMs: 2_000 + APOLOGY_TIMEOUT_MS } as const;
    const hungUp = transition(sorry.state, watchdog);
    expect(hungUp).toMatchObject({ kind: 'moved', commands: [{ type: 'hang-up' }] });
    if (hungUp.kind === 'moved') expect(transition(hungUp.state, watchdog).kind).toBe('ignored');
    expect(transition(sorry.state, { ...watchdog, atMs: 2_500 }).kind).toBe('ignored');
  });

  it('hears it once, and nothing starts over while it does', () => {
    const { state } = after(callIn.connected, watchdogFired, ourTransferFailed);
    for (const event of [ourTransferFailed, mediaStarted, mediaLost, watchdogFired, transferFailed]) {
      expect(transition(state, { ...event, atMs: atMs + 9_000 }).kind).toBe('ignored');
    }
  });

  it('hears it too when the report of the failure is lost', () => {
    const { state } = after(callIn.connected, watchdogFired, ourTransferAsked);
    const fired = (afterMs: number) => transition(state, { ...watchdogFired, atMs: atMs + afterMs });
    expect(fired(LAST_RESORT_TIMEOUT_MS - 1).kind).toBe('ignored');
    expect(fired(LAST_RESORT_TIMEOUT_MS)).toMatchObject({ kind: 'moved', commands: [apology] });
  });

  describe('by a process that died before it asked the front, as far as anybody knows', () => {
    const unasked = after(callIn.connected, watchdogFired).state;
    const firedAt = (state: CallState, afterMs: number) =>
      transition(state, { ...watchdogFired, atMs: atMs + afterMs });
    const askedAgain = (): CallState => {
      const again = firedAt(unasked, ASK_TIMEOUT_MS);
      if (again.kind !== 'moved') throw new Error('nothing was asked');
      expect(again.commands).toEqual([toPerson]);
      return again.state;
    };

    it('is sent to a person again, once that process would have been done', () => {
      expect(firedAt(unasked, ASK_TIMEOUT_MS - 1).kind).toBe('ignored');
      const state = askedAgain();
      expect(firedAt(state, 2 * ASK_TIMEOUT_MS).kind).toBe('ignored');
      expect(firedAt(state, ASK_TIMEOUT_MS + LAST_RESORT_TIMEOUT_MS)).toMatchObject({ commands: [apology] });
    });

    it('is looked at by then', () => {
      const lookMs = (state: CallState): number => nextLookMs(state, atMs, 7_000) ?? Infinity;
      expect(lookMs(unasked)).toBeGreaterThan(ASK_TIMEOUT_MS);
      expect(lookMs(unasked)).toBeLessThan(ASK_TIMEOUT_MS + 2_000);
      expect(lookMs(after(callIn.connected, watchdogFired, ourTransferAsked).state)).toBeGreaterThan(
        LAST_RESORT_TIMEOUT_MS,
      );
    });

    it('is looked at when the person has not answered in time, however often it was looked at before', () => {
      const { state } = after(callIn.connected, watchdogFired, ourTransferAsked);
      const begunMs = state.phase === 'connected' ? (state.transfer?.result.atMs ?? 0) : 0;
      for (const lookedMs of [0, 16_000, 60_000, LAST_RESORT_TIMEOUT_MS]) {
        const nowMs = begunMs + lookedMs;
        expect(nowMs + (nextLookMs(state, nowMs, 7_000) ?? 0)).toBe(begunMs + LAST_RESORT_TIMEOUT_MS + 1_000);
      }
    });

    it('waits for the person who was being called after all, and for the next try when that one does not answer', () => {
      const busy: CallEvent = { ...ourTransferFailed, atMs: atMs + ASK_TIMEOUT_MS + 1, code: 409, subCode: 8607 };
      const waiting = transition(askedAgain(), busy);
      if (waiting.kind !== 'moved') throw new Error('the conflict was passed over');
      expect(waiting.commands).toEqual([]);
      expect(transition(waiting.state, busy).kind).toBe('ignored');
      const late = atMs + ASK_TIMEOUT_MS + 9_000;
      const accepted: CallEvent = { ...transferAccepted, transferId: FAILURE_TRANSFER_ID, atMs: late };
      expect(transition(waiting.state, accepted)).toMatchObject({ state: { phase: 'handed-over' } });
      expect(transition(waiting.state, { ...ourTransferFailed, atMs: late })).toMatchObject({
        commands: [{ type: 'transfer-to-person', transferId: SECOND_FAILURE_TRANSFER_ID }],
      });
    });
  });

  it('is handed over when the person answers', () => {
    expect(
      after(callIn.connected, watchdogFired, { ...transferAccepted, transferId: FAILURE_TRANSFER_ID }).state,
    ).toMatchObject({ phase: 'handed-over', transfer: { target: queueNumber, result: { kind: 'accepted' } } });
  });

  it('stays with the agent when the stream comes up after all and the person does not answer', () => {
    expect(after(callIn.connected, watchdogFired, mediaStarted, ourTransferFailed)).toMatchObject({
      state: { phase: 'talking', transfer: { id: FAILURE_TRANSFER_ID, result: { kind: 'failed' } } },
      commands: [],
    });
  });

  it('hears the apology when that stream is lost as well', () => {
    expect(after(callIn.connected, watchdogFired, mediaStarted, ourTransferFailed, mediaLost).commands).toEqual([
      apology,
    ]);
  });

  it('waits for the person when the stream is lost while they are being called', () => {
    expect(after(callIn.connected, watchdogFired, mediaStarted, mediaLost).commands).toEqual([]);
  });

  it('is hung up on when the message is over, and again when the front does not do it', () => {
    const said: CallEvent = { type: 'failure-message-over', atMs: atMs + 5_000 };
    const { state, commands } = after(callIn.connected, watchdogFired, ourTransferFailed, said);
    expect(commands).toEqual([{ type: 'hang-up', connectionId }]);
    expect(transition(state, said).kind).toBe('ignored');
    const fired = (afterMs: number) => transition(state, { ...watchdogFired, atMs: said.atMs + 2 + afterMs });
    expect(fired(HANG_UP_AGAIN_MS - 1).kind).toBe('ignored');
    expect(fired(HANG_UP_AGAIN_MS)).toMatchObject({ kind: 'moved', commands: [{ type: 'hang-up' }] });
  });

  it.each([callIn.talking, callIn.connected, callIn.answered])(
    'is not hung up on while $phase because a message is said to be over that nobody asked for',
    (state) => {
      expect(transition(state, { type: 'failure-message-over', atMs }).kind).toBe('ignored');
    },
  );

  it('takes no notice of an attempt of ours that nobody made', () => {
    expect(transition(callIn.connected, ourTransferFailed).kind).toBe('ignored');
  });
});

describe("a caller whom the control plane gives to a person while the bridge's own transfer is under way", () => {
  const busy: CallEvent = { ...ourTransferFailed, code: 409, subCode: 8607 };
  const again = { ...toPerson, transferId: SECOND_FAILURE_TRANSFER_ID };
  const waiting = after(callIn.connected, watchdogFired, busy);

  it('hears no apology, and waits for that transfer', () => {
    expect(waiting).toMatchObject({ state: { phase: 'connected', transfer: { result: { kind: 'waiting' } } } });
    expect(waiting.commands).toEqual([]);
    expect(transition(waiting.state, busy).kind).toBe('ignored');
  });

  it('is with the person the bridge asked for when that one answers', () => {
    expect(after(waiting.state, transferAccepted).state).toMatchObject({
      phase: 'handed-over',
      transfer: { id: 'transfer-2', target: queueNumber },
    });
  });

  it('goes to the other person when that one does not answer', () => {
    expect(after(waiting.state, transferFailed).commands).toEqual([again]);
  });

  it('goes to the other person when nothing is heard of the transfer', () => {
    const fired = (afterMs: number) => transition(waiting.state, { ...watchdogFired, atMs: atMs + 1 + afterMs });
    expect(fired(LAST_RESORT_TIMEOUT_MS - 1).kind).toBe('ignored');
    expect(fired(LAST_RESORT_TIMEOUT_MS)).toMatchObject({ commands: [again] });
  });

  it('stays with the agent when the stream comes up meanwhile', () => {
    const talking = after(waiting.state, mediaStarted, transferFailed);
    expect(talking).toMatchObject({
      state: { phase: 'talking', transfer: { id: 'transfer-2', result: { kind: 'failed' } } },
      commands: [],
    });
  });

  it('hears the apology when the front is still busy the second time', () => {
    const second = after(waiting.state, transferFailed).state;
    expect(after(second, { ...busy, transferId: SECOND_FAILURE_TRANSFER_ID }).commands).toEqual([apology]);
  });
});

describe('a caller who is being talked to', () => {
  it('is left alone by the watchdog', () => {
    expect(transition(callIn.talking, watchdogFired).kind).toBe('ignored');
  });

  it('gets another stream when it is lost', () => {
    expect(after(callIn.talking, mediaLost)).toMatchObject({
      state: { phase: 'connected', mediaLostAtMs: [atMs] },
      commands: [startMedia],
    });
  });

  it('is talked to again when the other stream is up', () => {
    expect(after(callIn.talking, mediaLost, mediaStarted).state).toMatchObject({
      phase: 'talking',
      mediaStartedAtMs: atMs + 1,
    });
  });

  it('goes to a person when it is lost again', () => {
    expect(after(callIn.talking, mediaLost, mediaLost).commands).toEqual([toPerson]);
    expect(after(callIn.talking, mediaLost, mediaStarted, mediaLost).commands).toEqual([toPerson]);
  });

  it('loses nothing when the same loss is told twice, or after the stream is up again', () => {
    const lost = after(callIn.talking, mediaLost).state;
    expect(transition(lost, mediaLost).kind).toBe('ignored');
    expect(transition(after(lost, { ...mediaStarted, atMs: atMs + 5 }).state, mediaLost).kind).toBe('ignored');
  });

  it('loses nothing when a loss from before the stream came up is told late', () => {
    expect(transition(callIn.talking, { ...mediaLost, atMs: mediaStartedAtMs - 1 }).kind).toBe('ignored');
  });

  it('is not believed to be talked to because an older start is told twice', () => {
    const lostAtOnce = { ...mediaLost, atMs: mediaStartedAtMs };
    const lost = after(callIn.talking, lostAtOnce).state;
    expect(transition(lost, { ...mediaStarted, atMs: mediaStartedAtMs }).kind).toBe('ignored');
    expect(transition(lost, { ...mediaStarted, atMs: connectedAtMs }).kind).toBe('ignored');
  });

  it('goes to another bridge as often as bridges are replaced', () => {
    let state: CallState = callIn.talking;
    for (let moves = 1; moves <= 5; moves += 1) {
      const given = transition(state, { ...mediaLost, detail: MEDIA_MOVED, atMs: atMs + moves * 1_000 });
      expect(given).toMatchObject({ kind: 'moved', state: { phase: 'connected' }, commands: [startMedia] });
      const taken =
        given.kind === 'moved' && transition(given.state, { ...mediaStarted, atMs: atMs + moves * 1_000 + 1 });
      if (!taken || taken.kind !== 'moved') throw new Error('the stream did not come up');
      ({ state } = taken);
    }
    expect(transition(state, { ...mediaLost, atMs: atMs + 9_000 })).toMatchObject({ commands: [startMedia] });
  });

  it('goes to a person when no bridge takes what one has given up', () => {
    const given = after(callIn.talking, { ...mediaLost, detail: MEDIA_MOVED }).state;
    const untaken = transition(given, { ...mediaLost, detail: MEDIA_MOVED, atMs: atMs + 1 });
    expect(untaken).toMatchObject({ kind: 'moved', commands: [startMedia] });
    if (untaken.kind !== 'moved') return;
    const again = transition(untaken.state, { ...mediaLost, detail: MEDIA_MOVED, atMs: atMs + 2 });
    expect(again).toMatchObject({ kind: 'moved', commands: [toPerson] });
  });

  it.each([callIn.talking, callIn.connected, callIn.answered])(
    'is ended while $phase when a bridge has said goodbye and could not end it, and again when the front does not do it',
    (before) => {
      const over: CallEvent = { ...mediaLost, detail: MEDIA_OVER };
      const given = transition(before, over);
      if (given.kind !== 'moved') throw new Error('nothing was done');
      expect(given.commands.filter(({ type }) => type !== 'listen-for-keys')).toEqual([
        { type: 'hang-up', connectionId },
      ]);
      for (const late of [over, mediaStarted, { ...mediaLost, atMs: atMs + 1 }]) {
        expect(transition(given.state, late).kind).toBe('ignored');
      }
      const fired = (afterMs: number) => transition(given.state, { ...watchdogFired, atMs: atMs + afterMs });
      expect(fired(HANG_UP_AGAIN_MS - 1).kind).toBe('ignored');
      expect(fired(HANG_UP_AGAIN_MS)).toMatchObject({ kind: 'moved', commands: [{ type: 'hang-up' }] });
      expect(transition(given.state, { type: 'disconnected', atMs, code: 200, subCode: 7000 })).toMatchObject({
        state: { phase: 'ended', outcome: { kind: 'agent-ended' } },
      });
    },
  );

  it('waits for the person it is being given to though a bridge has said goodbye meanwhile', () => {
    const over: CallEvent = { ...mediaLost, detail: MEDIA_OVER };
    expect(after(callIn.connected, watchdogFired, mediaStarted, over).commands).toEqual([]);
  });

  it('does not miss a stream that was stopped on purpose', () => {
    expect(transition(callIn.talking, { ...mediaLost, detail: 'subscriptionStopped' }).kind).toBe('ignored');
  });

  it('is handed over when a transfer is accepted', () => {
    expect(after(callIn.talking, transferAccepted)).toMatchObject({
      state: { phase: 'handed-over', transfer: { id: 'transfer-2', target: queueNumber } },
      commands: [],
    });
  });

  it('stays with the agent when a queue refuses: the bridge reads it and decides', () => {
    expect(after(callIn.talking, transferFailed)).toMatchObject({
      state: { phase: 'talking', transfer: { id: 'transfer-2', result: { kind: 'failed', atMs, code: 486 } } },
      commands: [],
    });
  });

  it('may be refused by the next queue too', () => {
    expect(after(callIn.talking, transferFailed, { ...transferFailed, transferId: 'transfer-3' }).state).toMatchObject({
      transfer: { id: 'transfer-3' },
    });
  });
});

describe('a failed transfer that is told twice', () => {
  it('does not hide the outcome of the next one', () => {
    const { state } = after(callIn.talking, transferFailed, { ...transferFailed, transferId: 'transfer-3' });
    expect(transition(state, transferFailed).kind).toBe('ignored');
    expect(transition(state, { ...transferFailed, transferId: 'transfer-3', atMs: atMs + 1 }).kind).toBe('ignored');
  });
});

describe('a caller who was handed over', () => {
  it.each([mediaLost, transferFailed, watchdogFired, mediaStarted, connected, transferAccepted])(
    'is not called back by a late $type',
    (event) => {
      expect(transition(callIn['handed-over'], event).kind).toBe('ignored');
    },
  );
});

describe('an ended call', () => {
  it.each([connected, mediaStarted, mediaLost, watchdogFired, transferAccepted, transferFailed, callerHungUp])(
    'takes no notice of a late $type',
    (event) => {
      expect(transition(callIn.ended, event)).toEqual({ kind: 'ignored', phase: 'ended', event: event.type });
    },
  );
});

describe('the outcome of a call', () => {
  const disconnected = (code: number, subCode: number): CallEvent => ({ type: 'disconnected', atMs, code, subCode });
  const lostTwice = after(callIn.talking, mediaLost, mediaLost).state;

  it.each<[string, CallState, CallEvent, object]>([
    ['the caller hung up', callIn.talking, callerHungUp, { kind: 'caller-hung-up' }],
    ['all others left', callIn.talking, disconnected(200, 5002), { kind: 'caller-hung-up' }],
    ['the result was left out', callIn.talking, disconnected(0, 0), { kind: 'caller-hung-up' }],
    ['the agent said goodbye', callIn.talking, disconnected(200, 7000), { kind: 'agent-ended' }],
    [
      'the caller is with a person',
      callIn['handed-over'],
      disconnected(200, 7015),
      { kind: 'handed-over', target: queueNumber },
    ],
    [
      'the caller hung up while the person picked up',
      callIn['handed-over'],
      callerHungUp,
      { kind: 'handed-over', target: queueNumber },
    ],
    [
      'the transfer was completed before it was told to be accepted',
      callIn.talking,
      disconnected(200, 7015),
      { kind: 'handed-over', target: undefined },
    ],
    ['the network broke', callIn.talking, disconnected(410, 301_005), { kind: 'failed', reason: 'network' }],
    ['the stream never came up', callIn.connected, disconnected(200, 7000), { kind: 'failed', reason: 'no-media' }],
    [
      'we gave up before it was connected',
      callIn.answered,
      disconnected(200, 7000),
      { kind: 'failed', reason: 'no-media' },
    ],
    ['the stream was lost for good', lostTwice, disconnected(200, 7000), { kind: 'failed', reason: 'media-lost' }],
    [
      'no person could be reached',
      after(lostTwice, ourTransferFailed).state,
      disconnected(200, 7000),
      { kind: 'failed', reason: 'transfer-failed' },
    ],
  ])('says that %s', (_, state, event, outcome) => {
    expect(after(state, event).state).toMatchObject({ phase: 'ended', outcome, endedAtMs: atMs });
  });
});

describe('the keys of a call', () => {
  const key = (sequenceId: number): CallEvent => ({ type: 'key-pressed', atMs, sequenceId, key: '1' });
  const numbersIn = (state: CallState): readonly number[] =>
    'keys' in state ? state.keys.map(({ sequenceId }) => sequenceId) : [];

  it('are kept by their numbers, once each, in whatever order they are told', () => {
    expect(numbersIn(after(callIn.talking, key(3), key(1), key(2)).state)).toEqual([1, 2, 3]);
    const told = after(callIn.talking, key(3)).state;
    expect(transition(told, key(3))).toMatchObject({ kind: 'ignored' });
  });

  it('are the last few: an older one that comes late is not taken in their place', () => {
    const many = after(callIn.talking, ...Array.from({ length: 100 }, (_, index) => key(index + 1))).state;
    expect(numbersIn(many)).toHaveLength(32);
    expect(numbersIn(many).at(-1)).toBe(100);
    expect(transition(many, key(7))).toMatchObject({ kind: 'ignored' });
  });

  it('leave the row when the call ends, and none comes in once the caller is handed over', () => {
    expect(after(callIn.talking, key(1), callerHungUp).state).not.toHaveProperty('keys');
    expect(transition(callIn['handed-over'], key(1))).toMatchObject({ kind: 'ignored' });
    expect(transition(callIn.ended, key(1))).toMatchObject({ kind: 'ignored' });
  });
});
