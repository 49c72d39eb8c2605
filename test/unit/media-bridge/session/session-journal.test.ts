import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { PortError } from '#core/ports/error';
import { nothingUnfinished } from '#core/conversation/unfinished';
import type { SessionLease, SessionRecord } from '#core/ports/session-store';
import { SessionJournal } from '../../../../media-bridge/session/session-journal.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { memorySessionStore } from '../../../support/memory-session-store.ts';
import { offer } from '../../../support/offered-call.ts';

const { callId } = offer;
const down = new PortError('session-store', 'down', { retryable: true });

function recordOf(turns: number): SessionRecord {
  return {
    callId,
    agent: 'card-services',
    language: 'en-US',
    turns: Array.from({ length: turns }, (_, atMs) => ({ by: 'keypad', text: '1', atMs })),
    incidents: [],
    identity: { kind: 'unknown' },
    packet: undefined,
    unfinished: nothingUnfinished,
  };
}

const { signal } = new AbortController();
const log = pino({ level: 'silent' });

async function journalUnderTest(...failures: readonly Error[]) {
  const [sessions, clock] = [memorySessionStore(), manualClock()];
  sessions.failSaving(...failures);
  const lease = await sessions.claim(callId, signal);
  let losses = 0;
  let record = recordOf(0);
  const journal = new SessionJournal({ callId, lease, read: () => record, clock, log, onLost: () => (losses += 1) });
  const note = (turns: number): void => {
    record = recordOf(turns);
    journal.note();
  };
  return { sessions, clock, journal, note, losses: () => losses };
}

describe('the journal of a call', () => {
  it('writes once what changes within a moment', async () => {
    const { note, sessions, clock } = await journalUnderTest();
    for (let turns = 1; turns <= 50; turns += 1) note(turns);
    await clock.advance(249);
    expect(sessions.saves).toBe(0);
    await clock.advance(1);
    expect(sessions.saves).toBe(1);
    expect(sessions.rows.get(callId)?.turns).toHaveLength(50);
  });

  it('writes once a second while changes go on, and always the newest', async () => {
    const { note, sessions, clock } = await journalUnderTest();
    const written: unknown[] = [];
    for (let turns = 1; turns <= 35; turns += 1) {
      note(turns);
      await clock.advance(100);
      if (sessions.saves > written.length) written.push([turns * 100, sessions.rows.get(callId)?.turns.length]);
    }
    expect(written).toEqual([
      [300, 3],
      [1_300, 13],
      [2_300, 23],
      [3_300, 33],
    ]);
    await clock.advance(749);
    expect(sessions.saves).toBe(4);
    await clock.advance(1);
    expect(sessions.rows.get(callId)?.turns).toHaveLength(35);
    await clock.advance(10_000);
    expect(sessions.saves).toBe(5);
  });

  it('writes the first change after a quiet second as soon as the first of all', async () => {
    const { note, sessions, clock } = await journalUnderTest();
    note(1);
    await clock.advance(250);
    await clock.advance(1_000);
    note(2);
    await clock.advance(249);
    expect(sessions.saves).toBe(1);
    await clock.advance(1);
    expect(sessions.rows.get(callId)?.turns).toHaveLength(2);
  });

  it.each(['flush', 'release'] as const)(
    'writes at once when something waits for what is written: %s',
    async (wait) => {
      const { journal, note, sessions, clock } = await journalUnderTest();
      note(1);
      await journal[wait]();
      expect(sessions.rows.get(callId)?.turns).toHaveLength(1);
      if (wait === 'release') return;
      note(2);
      await clock.advance(100);
      await journal.flush();
      expect(sessions.rows.get(callId)?.turns).toHaveLength(2);
    },
  );

  it('writes one record at a time: what changes during a write goes with the next', async () => {
    const clock = manualClock();
    const written: number[] = [];
    const writing: (() => void)[] = [];
    const save: SessionLease['save'] = ({ turns }) => {
      written.push(turns.length);
      return new Promise((resolve) => writing.push(() => resolve('written')));
    };
    let turns = 1;
    const lease = { save, release: save };
    const journal = new SessionJournal({
      callId,
      lease,
      read: () => recordOf(turns),
      clock,
      log,
      onLost: () => undefined,
    });
    journal.note();
    await clock.advance(250);
    for (turns = 2; turns < 9; turns += 1) journal.note();
    await clock.advance(1_000);
    expect(written).toEqual([1]);
    writing.shift()?.();
    await clock.advance(250);
    expect(written).toEqual([1, 9]);
  });

  it('writes again when the store was down', async () => {
    const { note, sessions, clock } = await journalUnderTest(down, down);
    note(1);
    await clock.advance(2_000);
    expect(sessions.rows.get(callId)?.turns).toHaveLength(1);
  });

  it('writes the newest record when the store comes back, not the one that failed', async () => {
    const { note, sessions, clock } = await journalUnderTest(down);
    note(1);
    await clock.advance(300);
    note(2);
    await clock.advance(2_000);
    expect([sessions.saves, sessions.rows.get(callId)?.turns.length]).toEqual([2, 2]);
  });

  it('gives up after a few tries, and tries again with the next turn', async () => {
    const { note, sessions, clock } = await journalUnderTest(...Array.from({ length: 4 }, () => down));
    note(1);
    await clock.advance(60_000);
    expect(sessions.saves).toBe(4);
    note(2);
    await clock.advance(250);
    expect(sessions.rows.get(callId)?.turns).toHaveLength(2);
  });

  it('holds up the end of a call for a few seconds at most', async () => {
    const clock = manualClock();
    const never = (): Promise<never> => new Promise(() => undefined);
    const lease: Pick<SessionLease, 'save' | 'release'> = { save: never, release: never };
    const journal = new SessionJournal({ callId, lease, read: () => recordOf(1), clock, log, onLost: () => undefined });
    journal.note();
    const flushed = journal.flush();
    await clock.advance(3_000);
    await flushed;
  });

  it('ends in time when its record cannot be made: whoever closes the call goes on', async () => {
    const clock = manualClock();
    const sessions = memorySessionStore();
    const lease = await sessions.claim(callId, signal);
    let tries = 0;
    const read = (): SessionRecord => {
      tries += 1;
      if (tries <= 4) throw new TypeError('no such turn');
      return recordOf(1);
    };
    const journal = new SessionJournal({ callId, lease, read, clock, log, onLost: () => undefined });
    const given = journal.release();
    await clock.advance(2_000);
    await given;
    expect([tries, sessions.saves, sessions.ownership(callId)]).toEqual([4, 0, 'held']);
    await journal.release();
    expect(sessions.ownership(callId)).toBe('released');
  });

  it('gives the record up with its last write', async () => {
    const { journal, note, sessions } = await journalUnderTest();
    note(1);
    note(2);
    await journal.release();
    expect(sessions.ownership(callId)).toBe('released');
    expect(sessions.rows.get(callId)?.turns).toHaveLength(2);
  });

  it('writes nothing any more once the record is given up', async () => {
    const { journal, note, sessions } = await journalUnderTest();
    note(1);
    await journal.release();
    note(2);
    await journal.flush();
    expect(sessions.rows.get(callId)?.turns).toHaveLength(1);
    expect(sessions.ownership(callId)).toBe('released');
  });

  it('leaves alone what another session has claimed, and tells so once', async () => {
    const { journal, note, sessions, losses } = await journalUnderTest();
    note(1);
    await journal.flush();
    const other = await sessions.claim(callId, signal);
    expect(other.earlier?.record?.turns).toHaveLength(1);
    await other.save(recordOf(7), signal);
    note(2);
    await journal.flush();
    note(3);
    await journal.release();
    expect(sessions.rows.get(callId)?.turns).toHaveLength(7);
    expect(sessions.ownership(callId)).toBe('held');
    expect(losses()).toBe(1);
  });
});
