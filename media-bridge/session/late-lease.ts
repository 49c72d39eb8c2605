import type { CallId } from '#core/ids';
import type { SessionLease, SessionRecord, SessionStore } from '#core/ports/session-store';

/**
 * A session row that could not be claimed when the call came: the first write that gets through claims it. What owners before knew was not there when the
 * conversation began; it is kept before what was said since.
 */
export function lateLease(sessions: SessionStore, callId: CallId): SessionLease {
  let claimed: SessionLease | undefined;
  const write =
    (how: 'save' | 'release'): SessionLease['save'] =>
    async (record, signal) => {
      claimed ??= await sessions.claim(callId, signal);
      return claimed[how](after(claimed.earlier?.record, record), signal);
    };
  return { earlier: undefined, save: write('save'), release: write('release') };
}

function after(earlier: SessionRecord | undefined, record: SessionRecord): SessionRecord {
  if (earlier === undefined) return record;
  return {
    ...record,
    turns: [...earlier.turns, ...record.turns],
    incidents: [...earlier.incidents, ...record.incidents],
    packet: record.packet ?? earlier.packet,
  };
}
