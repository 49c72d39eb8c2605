import type { StoredSession } from '../ports/session-store.ts';

/** A bridge gave the stream up in order, for another one to take: our own word, beside the front's. */
export const MEDIA_MOVED = 'moved';

/** A bridge gave the stream up when it had said goodbye and the front did not end the call for it: our own word too. */
export const MEDIA_OVER = 'over';

/**
 * Why a bridge gave the stream of a call up, as its session row says; nothing when it did not, and the stream is lost. Whoever had the call and was about to
 * end it has nothing left to say: another bridge would only try the same again.
 */
export function whyGivenUp(session: StoredSession | undefined): typeof MEDIA_MOVED | typeof MEDIA_OVER | undefined {
  if (session?.ownership !== 'released') return undefined;
  return session.record?.unfinished.stage.kind === 'leaving' ? MEDIA_OVER : MEDIA_MOVED;
}
