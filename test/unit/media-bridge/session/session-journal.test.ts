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
  const journal = new SessionJournal({ lease, clock, log, onLost: () => (losses += 1) });
  return { sessions, clock, journal, losses: () => losses };
}

describe('the journal of a call', () => {
  it('writes one record at a time, and of those that wait only the newest', async () => {
    const { journal, sessions } = await journalUnderTest();
    for (let turns = 1; turns <= 50; turns += 1) journal.note(recordOf(turns));
    await journal.flush();
    expect(sessions.saves).toBe(2);
    expect(sessions.rows.get(callId)?.turns).toHaveLength(50);
  });

  it('writes again when the store was down', async () => {
    const { journal, sessions, clock } = await journalUnderTest(down, down);
    journal.note(recordOf(1));
    await clock.advance(2_000);
    expect(sessions.rows.get(callId)?.turns).toHaveLength(1);
  });

  it('writes the newest record when the store comes back, not the one that failed', async () => {
    const { journal, sessions, clock } = await journalUnderTest(down);
    journal.note(recordOf(1));
    await clock.advance(100);
    journal.note(recordOf(2));
    await clock.advance(2_000);
    expect([sessions.saves, sessions.rows.get(callId)?.turns.length]).toEqual([2, 2]);
  });

  it('gives up after a few tries, and tries again with the next turn', async () => {
    const { journal, sessions, clock } = await journalUnderTest(...Array.from({ length: 4 }, () => down));
    journal.note(recordOf(1));
    await clock.advance(60_000);
    expect(sessions.saves).toBe(4);
    journal.note(recordOf(2));
    await clock.advance(0);
    expect(sessions.rows.get(callId)?.turns).toHaveLength(2);
  });

  it('holds up the end of a call for a few seconds at most', async () => {
    const clock = manualClock();
    const never = (): Promise<never> => new Promise(() => undefined);
    const lease: Pick<SessionLease, 'save' | 'release'> = { save: never, release: never };
    const journal = new SessionJournal({ lease, clock, log, onLost: () => undefined });
    journal.note(recordOf(1));
    const flushed = journal.flush();
    await clock.advance(3_000);
    await flushed;
  });

  it('gives the record up with its last write', async () => {
    const { journal, sessions } = await journalUnderTest();
    journal.note(recordOf(1));
    journal.note(recordOf(2));
    await journal.release();
    expect(sessions.ownership(callId)).toBe('released');
    expect(sessions.rows.get(callId)?.turns).toHaveLength(2);
  });

  it('writes nothing any more once the record is given up', async () => {
    const { journal, sessions } = await journalUnderTest();
    journal.note(recordOf(1));
    await journal.release();
    journal.note(recordOf(2));
    await journal.flush();
    expect(sessions.rows.get(callId)?.turns).toHaveLength(1);
    expect(sessions.ownership(callId)).toBe('released');
  });

  it('leaves alone what another session has claimed, and tells so once', async () => {
    const { journal, sessions, losses } = await journalUnderTest();
    journal.note(recordOf(1));
    await journal.flush();
    const other = await sessions.claim(callId, signal);
    expect(other.earlier?.record?.turns).toHaveLength(1);
    await other.save(recordOf(7), signal);
    journal.note(recordOf(2));
    await journal.flush();
    journal.note(recordOf(3));
    await journal.release();
    expect(sessions.rows.get(callId)?.turns).toHaveLength(7);
    expect(sessions.ownership(callId)).toBe('held');
    expect(losses()).toBe(1);
  });
});
