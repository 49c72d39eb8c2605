import type { Log } from '#adapters/logging/logger';
import type { CheckResult } from '#core/conversation/gate';
import type { CallId } from '#core/ids';
import type { Customer } from '#core/ports/customer-directory';
import type { IdentityProof, ProofKind } from '#core/ports/identity-proof';

/** The caller waits for it, and has heard a filler meanwhile. */
const CHECK_BUDGET_MS = 5_000;

/** Compares what a caller gave with what the enterprise has, within a time. Never throws; the digits are in no log line. */
export async function checkProof(
  proof: IdentityProof | undefined,
  asked: {
    readonly callId: CallId;
    readonly customer: Customer | undefined;
    readonly kind: ProofKind;
    readonly digits: string;
  },
  log: Log,
  signal: AbortSignal,
): Promise<CheckResult> {
  const { callId, customer, kind, digits } = asked;
  if (proof === undefined || customer === undefined) return 'not-set';
  try {
    return await proof.check(
      customer.id,
      kind,
      digits,
      AbortSignal.any([signal, AbortSignal.timeout(CHECK_BUDGET_MS)]),
    );
  } catch (error) {
    if (!signal.aborted) log.error({ callId, kind, err: error }, 'identity not checked');
    return 'unknown';
  }
}
