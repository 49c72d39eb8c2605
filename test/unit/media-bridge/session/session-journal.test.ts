import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { PortError } from '#core/ports/error';
import type { SessionRecord } from '#core/ports/session-store';
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
  };
}

function journalUnderTest(...failures: readonly Error[]) {
  const [sessions, clock] = [memorySessionStore(), manualClock()];
  sessions.failSaving(...failures);
  return { sessions, clock, journal: new SessionJournal(sessions, clock, pino({ level: 'silent' })) };
}

describe('the journal of a call', () => {
  it('writes one record at a time, and of those that wait only the newest', async () => {
    const { journal, sessions } = journalUnderTest();
    for (let turns = 1; turns <= 50; turns += 1) journal.note(recordOf(turns));
    await journal.flush();
    expect(sessions.saves).toBe(2);
    expect(sessions.rows.get(callId)?.turns).toHaveLength(50);
  });

  it('writes again when the store was down', async () => {
    const { journal, sessions, clock } = journalUnderTest(down, down);
    journal.note(recordOf(1));
    await clock.advance(2_000);
    expect(sessions.rows.get(callId)?.turns).toHaveLength(1);
  });

  it('writes the newest record when the store comes back, not the one that failed', async () => {
    const { journal, sessions, clock } = journalUnderTest(down);
    journal.note(recordOf(1));
    await clock.advance(100);
    journal.note(recordOf(2));
    await clock.advance(2_000);
    expect([sessions.saves, sessions.rows.get(callId)?.turns.length]).toEqual([2, 2]);
  });

  it('gives up after a few tries, and tries again with the next turn', async () => {
    const { journal, sessions, clock } = journalUnderTest(...Array.from({ length: 4 }, () => down));
    journal.note(recordOf(1));
    await clock.advance(60_000);
    expect(sessions.saves).toBe(4);
    journal.note(recordOf(2));
    await clock.advance(0);
    expect(sessions.rows.get(callId)?.turns).toHaveLength(2);
  });

  it('holds up the end of a call for a few seconds at most', async () => {
    const { sessions, clock } = journalUnderTest();
    const stuck = { ...sessions, save: () => new Promise<void>(() => undefined) };
    const journal = new SessionJournal(stuck, clock, pino({ level: 'silent' }));
    journal.note(recordOf(1));
    const flushed = journal.flush();
    await clock.advance(3_000);
    await flushed;
  });
});
