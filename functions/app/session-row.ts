import type { CallId } from '#core/ids';
import type { StoredSession } from '#core/ports/session-store';
import type { CallServices } from './call-services.ts';
import { withinBudget } from './within-budget.ts';

/** The caller hears nothing meanwhile; but what the row says spares them a person they do not need, or tells that person what was said. */
const READ_BUDGET_MS = 1_500;

/** `stored` is undefined where there is no row. */
export type SessionRead =
  { readonly kind: 'read'; readonly stored: StoredSession | undefined } | { readonly kind: 'not-read' };

/** What the bridge wrote down of this call. Throws nothing: a call in trouble goes on without it. */
export async function sessionRow(
  callId: CallId,
  { sessions, log }: Pick<CallServices, 'sessions' | 'log'>,
  signal: AbortSignal,
): Promise<SessionRead> {
  try {
    const stored = await withinBudget(READ_BUDGET_MS, signal, (budget) => sessions.load(callId, budget));
    return { kind: 'read', stored };
  } catch (error) {
    log.warn({ callId, err: error }, 'session row not read');
    return { kind: 'not-read' };
  }
}
