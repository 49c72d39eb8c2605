import type { CallId } from '#core/ids';
import type { CallServices } from './call-services.ts';
import { withinBudget } from './within-budget.ts';

/** The caller hears nothing meanwhile. */
const SESSION_BUDGET_MS = 1_500;

/** Whether a bridge has ever had this caller: it writes the session row with its first words. `true` when that cannot be read. */
export async function wasTalkedTo(
  callId: CallId,
  { sessions, log }: Pick<CallServices, 'sessions' | 'log'>,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const stored = await withinBudget(SESSION_BUDGET_MS, signal, (budget) => sessions.load(callId, budget));
    return stored?.record !== undefined;
  } catch (error) {
    log.warn({ callId, err: error }, 'session row not read');
    return true;
  }
}
