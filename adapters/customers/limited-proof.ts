import { isLocked, withWrong, type Attempts } from '#core/identity/attempts';
import type { AttemptStore, StoredAttempts } from '#core/ports/attempt-store';
import type { Clock } from '#core/ports/clock';
import { PortError } from '#core/ports/error';
import { PROOF_DIGITS, type IdentityProof } from '#core/ports/identity-proof';

/** Two calls at once are rare; more than these in a row are an attack. */
const RACES_MAX = 4;

/**
 * Limits how often a customer's proof may be wrong, over all calls and bridges. Each try is written down before it is compared, so that tries at the
 * same time are counted too, and a store that is down lets nobody try.
 */
export function limitedProof(proof: IdentityProof, store: AttemptStore, clock: Clock): IdentityProof {
  const countTry = async (customerId: string, signal: AbortSignal): Promise<'locked' | Counted> => {
    for (let race = 0; race < RACES_MAX; race += 1) {
      const before = await store.load(customerId, signal);
      const nowMs = clock.now();
      if (isLocked(before.attempts, nowMs)) return 'locked';
      const counted = await store.replace(customerId, before, withWrong(before.attempts, nowMs), signal);
      if (counted !== undefined) return { before: before.attempts, counted };
    }
    throw new PortError('identity-proof', `lost ${RACES_MAX} races for one row`, { retryable: true });
  };
  /** Somebody else's write in between counts more than ours: then it stays as it is. */
  const write = async (customerId: string, counted: StoredAttempts, attempts: Attempts): Promise<void> => {
    await store.replace(customerId, counted, attempts, AbortSignal.timeout(WRITE_BUDGET_MS)).catch(() => undefined);
  };

  return {
    check: async (customerId, kind, digits, signal) => {
      signal.throwIfAborted();
      if (!PROOF_DIGITS.test(digits)) return 'wrong';
      const tried = await countTry(customerId, signal);
      if (tried === 'locked') return 'locked';
      const { before, counted } = tried;
      const verdict = await proof.check(customerId, kind, digits, signal).catch(async (error: unknown) => {
        await write(customerId, counted, before);
        throw error;
      });
      if (verdict === 'right') await write(customerId, counted, { wrong: 0, lastAtMs: clock.now() });
      if (verdict === 'not-set') await write(customerId, counted, before);
      return verdict;
    },
  };
}

/** The caller's answer does not depend on it. */
const WRITE_BUDGET_MS = 2_000;

interface Counted {
  readonly before: Attempts;
  readonly counted: StoredAttempts;
}
