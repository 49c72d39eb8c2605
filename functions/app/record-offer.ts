import type { CallOffer } from '#core/call/offer';
import { firstState } from '#core/call/transition';
import type { CallServices } from './call-services.ts';
import { withinBudget } from './within-budget.ts';

/** The phone is ringing: a table that has not taken the row by now is taken for one that is down. */
const ROW_BUDGET_MS = 1_000;

/** A process that is well has answered by then: this long after the offer, its row is that of one which died before the answer. */
const LEFT_BEHIND_AFTER_MS = 5_000;

/** Whose the call is. Nothing is risked by being wrong: the front takes one answer, and refuses the next. */
export type OfferRecord =
  /** The row is ours: nobody else has this call. */
  | 'ours'
  /** Another process made the row and did nothing more. */
  | 'left-behind'
  /** Storage is down or slow, and nobody can know. */
  | 'unrecorded'
  /** Another process has this call, or has had it. */
  | 'settled';

/** Makes the call row, unless it is there. Never throws, and takes a second at most. */
export async function recordOffer(
  offer: CallOffer,
  { calls, clock, log }: Pick<CallServices, 'calls' | 'clock' | 'log'>,
  signal: AbortSignal,
): Promise<OfferRecord> {
  const { callId, correlationId } = offer;
  try {
    return await withinBudget(ROW_BUDGET_MS, signal, async (budget) => {
      const created = await calls.create(firstState(offer), budget);
      if (created.written) return 'ours';
      const stored = await calls.load(callId, budget);
      const isOld = clock.now() - offer.offeredAtMs >= LEFT_BEHIND_AFTER_MS;
      return stored?.state.phase === 'offered' && isOld ? 'left-behind' : 'settled';
    });
  } catch (error) {
    log.error({ callId, correlationId, err: error }, 'call not recorded');
    return 'unrecorded';
  }
}
