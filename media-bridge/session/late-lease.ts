import type { CallId } from '#core/ids';
import type { SessionLease, SessionRecord, SessionStore } from '#core/ports/session-store';

/**
 * A session row that could not be claimed when the call came: the first write that gets through claims it. What owners before knew was not there when the
 * conversation began; it is kept before what was said since. `ended` is aborted when the media session gives up its socket: by then another one may have the
 * row, and a claim would end it.
 */
export function lateLease(sessions: SessionStore, callId: CallId, ended: AbortSignal): SessionLease {
  let claimed: SessionLease | undefined;
  const claim = (signal: AbortSignal): Promise<SessionLease> => {
    const until = AbortSignal.any([signal, ended]);
    until.throwIfAborted();
    return sessions.claim(callId, until);
  };
  const write =
    (how: 'save' | 'release'): SessionLease['save'] =>
    async (record, signal) => {
      claimed ??= await claim(signal);
      return claimed[how](after(claimed.earlier?.record, record), signal);
    };
  return {
    earlier: undefined,
    save: write('save'),
    release: write('release'),
    giveBack: () => Promise.resolve(),
  };
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
