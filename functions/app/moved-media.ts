import type { CallEvent } from '#core/call/event';
import { whyGivenUp } from '#core/call/given-up';
import type { CallId } from '#core/ids';
import type { CallServices } from './call-services.ts';
import { withinBudget } from './within-budget.ts';

/** The caller hears nothing meanwhile; but a move that is taken for a loss brings them nearer to a person than they need be. */
const SESSION_BUDGET_MS = 1_500;

/**
 * The front says only that the stream is gone. Whether a bridge gave it up in order, for another one to take or for us to end the call, stands in the session
 * row; when that cannot be read, the stream counts as lost.
 */
export async function knownMove(
  callId: CallId,
  event: CallEvent,
  { sessions, log }: Pick<CallServices, 'sessions' | 'log'>,
  signal: AbortSignal,
): Promise<CallEvent> {
  if (event.type !== 'media-lost') return event;
  try {
    const stored = await withinBudget(SESSION_BUDGET_MS, signal, (budget) => sessions.load(callId, budget));
    return { ...event, detail: whyGivenUp(stored) ?? event.detail };
  } catch (error) {
    log.warn({ callId, err: error }, 'session row not read');
    return event;
  }
}
