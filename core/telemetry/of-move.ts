import type { CallState, TransferAttempt } from '../call/state.ts';
import type { Measurement } from './measurement.ts';

/** What is counted when a call's row goes from one state to the next. Each move is written once, so each is counted once. */
export function measurementsOfMove(before: CallState, after: CallState, agent: string): readonly Measurement[] {
  const counted: Measurement[] = [];
  const [earlier, transfer] = [transferOf(before), transferOf(after)];
  const isNews =
    transfer !== undefined && (transfer.id !== earlier?.id || transfer.result.kind !== earlier.result.kind);
  if (isNews && (transfer.result.kind === 'accepted' || transfer.result.kind === 'failed')) {
    counted.push({ name: 'trunkline.transfers', attributes: { outcome: transfer.result.kind } });
  }
  if (before.phase === 'ended' || after.phase !== 'ended') return counted;
  const { outcome } = after;
  counted.push({ name: 'trunkline.calls.ended', attributes: { outcome: outcome.kind, agent } });
  if (outcome.kind === 'failed') counted.push({ name: 'trunkline.failures', attributes: { kind: outcome.reason } });
  if (outcome.kind === 'answer-failed') {
    counted.push({ name: 'trunkline.failures', attributes: { kind: 'answer-failed' } });
  }
  return counted;
}

function transferOf(state: CallState): TransferAttempt | undefined {
  return 'transfer' in state ? state.transfer : undefined;
}
