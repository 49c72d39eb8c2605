import { tableSessionStore } from '#adapters/storage/table-session-store';
import { nothingUnfinished } from '#core/conversation/unfinished';
import { unknownCaller } from '#core/identity/caller-identity';
import type { CallId } from '#core/ids';

/** Together more than a row of a table holds: the rest of it is in a blob. */
const TURNS = 4_000;
const TURN_CHARS = 150;
const WRITE_LIMIT_MS = 5_000;

/** Writes down hours of conversation as that of a bridge that died, before the call has reached one. */
export async function writeEarlierTalk(connectionString: string, callId: CallId): Promise<void> {
  const signal = AbortSignal.timeout(WRITE_LIMIT_MS);
  const sessions = tableSessionStore({ by: 'connection-string', connectionString, allowInsecure: true });
  const lease = await sessions.claim(callId, signal);
  if (lease.earlier !== undefined) throw new Error('the call has reached a bridge before its earlier talk was written');
  const text = 'We spoke of many things. '.repeat(TURN_CHARS / 25);
  const written = await lease.save(
    {
      callId,
      agent: '',
      language: 'en-US',
      turns: Array.from({ length: TURNS }, (_, index) => ({ by: 'agent', text, atMs: index, interrupted: false })),
      incidents: [],
      identity: unknownCaller,
      packet: undefined,
      unfinished: nothingUnfinished,
    },
    signal,
  );
  if (written === 'lost') throw new Error('a bridge took the earlier talk while it was written');
}
