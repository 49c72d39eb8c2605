import type { Log } from '#adapters/logging/logger';
import type { TurnEffect } from '#core/conversation/effect';
import type { CheckResult, Gate } from '#core/conversation/gate';
import type { TurnSettings } from '#core/conversation/turn-settings';
import { customerOf } from '#core/identity/caller-identity';
import type { CallId } from '#core/ids';
import type { Customer } from '#core/ports/customer-directory';
import type { IdentityProof, ProofKind } from '#core/ports/identity-proof';
import type { CallRecord } from './call-record.ts';

/** The caller waits for it, and has heard a filler meanwhile. */
const CHECK_BUDGET_MS = 5_000;

/** Somebody is there to compare with, and has not been given up. */
export function mayAskForProof(gate: Gate, { identity }: TurnSettings, record: CallRecord): boolean {
  const isPossible = gate.kind === 'open' && gate.proof === 'possible';
  return isPossible && identity !== undefined && record.facts.identity.kind === 'claimed';
}

/** Compares what the caller gave with what is known of who they say they are, and records what came of it. Never throws. */
export async function proveCaller(
  { proof, digits }: Extract<TurnEffect, { type: 'check-proof' }>,
  record: CallRecord,
  { identityProof, log }: { readonly identityProof: IdentityProof | undefined; readonly log: Log },
  signal: AbortSignal,
): Promise<CheckResult> {
  const { offer, identity } = record.facts;
  const customer = customerOf(identity);
  const result = await checkProof(identityProof, { callId: offer.callId, customer, kind: proof, digits }, log, signal);
  if (customer !== undefined && result !== 'unknown')
    record.checked({ customerId: customer.id, kind: proof, verdict: result });
  return result;
}

/** Compares what a caller gave with what the enterprise has, within a time. Never throws; the digits are in no log line. */
async function checkProof(
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
