import { describe, expect, it } from 'vitest';
import { nothingUnfinished } from '#core/conversation/unfinished';
import type { TranscriptTurn } from '#core/conversation/transcript';
import { unknownCaller } from '#core/identity/caller-identity';
import type { SessionRecord, SessionStore } from '#core/ports/session-store';
import { lateLease } from '../../../../media-bridge/session/late-lease.ts';
import { memorySessionStore } from '../../../support/memory-session-store.ts';
import { offer } from '../../../support/offered-call.ts';

const { callId } = offer;
const { signal } = new AbortController();
const { signal: goesOn } = new AbortController();
const said = (text: string): TranscriptTurn => ({ by: 'keypad', text, atMs: 1 });
const recordOf = (turns: readonly TranscriptTurn[]): SessionRecord => ({
  callId,
  agent: 'card-services',
  language: 'en-US',
  turns,
  incidents: [],
  identity: unknownCaller,
  packet: undefined,
  unfinished: nothingUnfinished,
});

describe('a session row that could not be claimed when the call came', () => {
  it('is claimed by the first write that gets through, and once', async () => {
    const rows = memorySessionStore();
    let claims = 0;
    const sessions: SessionStore = {
      ...rows,
      claim: (...request) => {
        claims += 1;
        return claims < 3 ? Promise.reject(new Error('storage is down')) : rows.claim(...request);
      },
    };
    const lease = lateLease(sessions, callId, goesOn);
    await expect(lease.save(recordOf([said('1')]), signal)).rejects.toThrow('storage is down');
    await expect(lease.save(recordOf([said('1')]), signal)).rejects.toThrow('storage is down');
    expect(await lease.save(recordOf([said('1')]), signal)).toBe('written');
    expect(await lease.save(recordOf([said('1'), said('2')]), signal)).toBe('written');
    expect([claims, rows.rows.get(callId)?.turns]).toEqual([3, [said('1'), said('2')]]);
  });

  it('keeps what was said before, in front, however often it is written', async () => {
    const rows = memorySessionStore();
    rows.put(recordOf([said('before')]), 'held');
    const lease = lateLease(rows, callId, goesOn);
    await lease.save(recordOf([said('1')]), signal);
    await lease.release(recordOf([said('1'), said('2')]), signal);
    expect(rows.rows.get(callId)?.turns).toEqual([said('before'), said('1'), said('2')]);
    expect(rows.ownership(callId)).toBe('released');
  });

  it('is lost to whoever claims it after that', async () => {
    const rows = memorySessionStore();
    const lease = lateLease(rows, callId, goesOn);
    await lease.save(recordOf([said('1')]), signal);
    await rows.claim(callId, signal);
    expect(await lease.save(recordOf([said('2')]), signal)).toBe('lost');
  });

  it('is not taken from whoever has it by the time the media session has ended', async () => {
    const rows = memorySessionStore();
    const ended = new AbortController();
    const late = lateLease(rows, callId, ended.signal);
    ended.abort(new Error('the media session has ended'));
    const living = await rows.claim(callId, signal);
    await expect(late.save(recordOf([said('1')]), signal)).rejects.toThrow('has ended');
    expect(await living.save(recordOf([said('2')]), signal)).toBe('written');
  });

  it('is written to after the end when it was claimed before', async () => {
    const rows = memorySessionStore();
    const ended = new AbortController();
    const late = lateLease(rows, callId, ended.signal);
    await late.save(recordOf([said('1')]), signal);
    ended.abort(new Error('the media session has ended'));
    expect(await late.save(recordOf([said('1'), said('2')]), signal)).toBe('written');
  });
});
