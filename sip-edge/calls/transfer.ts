/** Moves the caller to another number: REFER when the peer takes it, a new INVITE otherwise (acs-facts 5.3). */
import { setTimeout as wait } from 'node:timers/promises';
import type { CallIds } from '../callbacks/envelope.ts';
import type { ResultInformation } from '../callbacks/results.ts';
import type { ActiveLeg, CallHeaders, ReferResult, Telephony } from '../leg.ts';
import type { Referrals } from './referrals.ts';
import type { EdgeSettings } from '../settings.ts';
import { dialTraced } from '../telemetry/legs.ts';
import type { Traces } from '../telemetry/traces.ts';
import { outcomeOfDial, outcomeOfRefer, type TransferOutcome } from './transfer-outcome.ts';

export interface TransferOrder {
  /** E.164 with `+`. */
  readonly target: string;
  /** Shown to the target when a new INVITE is sent; undefined is the caller's own number withheld. */
  readonly callerNumber: string | undefined;
  readonly headers: CallHeaders;
  readonly operationContext: string | undefined;
  readonly operationCallbackUrl: string | undefined;
}

export type TransferResult =
  /** The peer does it; our leg is of no more use. */
  | { readonly kind: 'referred' }
  /** The target has answered a leg of ours; the two are to be joined. */
  | { readonly kind: 'joined'; readonly leg: ActiveLeg }
  | { readonly kind: 'failed'; readonly result: ResultInformation };

interface TransferMeans {
  readonly telephony: Telephony;
  readonly traces: Traces;
  readonly settings: EdgeSettings;
  /** Host of our own SIP URIs. */
  readonly sipDomain: string;
  readonly callIds: CallIds;
  readonly referrals: Referrals;
  readonly transferorRawId: string;
  readonly signal: AbortSignal;
  readonly onReferAccepted: () => void;
}

export async function transferCaller(
  order: TransferOrder,
  leg: ActiveLeg,
  means: TransferMeans,
): Promise<TransferResult> {
  if (leg.takesRefer) {
    const span = means.traces.begin(means.callIds.correlationId, 'REFER', { trunk: leg.trunk });
    const outcome = await referCaller(order, leg, means);
    span.end({ outcome: outcome.kind }, outcome.kind === 'failed' ? String(outcome.result.subCode) : undefined);
    if (outcome.kind === 'accepted') return { kind: 'referred' };
    if (outcome.kind === 'failed') return outcome;
  }
  return inviteTarget(order, means);
}

async function referCaller(order: TransferOrder, leg: ActiveLeg, means: TransferMeans): Promise<TransferOutcome> {
  const { settings } = means;
  const accepted = Promise.withResolvers<undefined>();
  means.referrals.expect(means.callIds.correlationId, order.target, leg.trunk);
  const final = leg.refer(
    {
      target: order.target,
      headers: order.headers,
      referredBy: referredBy(means),
      onAccepted: () => {
        means.onReferAccepted();
        accepted.resolve(undefined);
      },
    },
    AbortSignal.any([means.signal, AbortSignal.timeout(settings.transferTimeoutMs)]),
  );
  if (settings.transferBye === 'after-final-notify') return outcomeOfRefer(await final);
  const early = new AbortController();
  const acceptedEarly = accepted.promise.then(async (): Promise<'accepted-early'> => {
    await wait(settings.earlyByeDelayMs, undefined, { signal: early.signal }).catch(() => undefined);
    return 'accepted-early';
  });
  const first: ReferResult | 'accepted-early' = await Promise.race([final, acceptedEarly]);
  early.abort();
  return first === 'accepted-early' ? { kind: 'accepted' } : outcomeOfRefer(first);
}

async function inviteTarget(order: TransferOrder, means: TransferMeans): Promise<TransferResult> {
  const parameters = Object.entries(referredBy(means)).map(([name, value]) => `;${name}=${value}`);
  const result = await dialTraced(
    means.telephony,
    {
      target: order.target,
      callerNumber: order.callerNumber,
      headers: order.headers,
      extraHeaders: [{ name: 'Referred-By', value: `<sip:${means.sipDomain}${parameters.join('')}>` }],
      ringTimeoutMs: means.settings.transferTimeoutMs,
    },
    means.signal,
    means.traces,
    means.callIds.correlationId,
  );
  if (result.kind === 'answered') return { kind: 'joined', leg: result.leg };
  const outcome = outcomeOfDial(result);
  return outcome.kind === 'failed' ? outcome : { kind: 'referred' };
}

/** Transferor, resource-independent correlation, as the proxy writes them; `x-tt` has no use without its service. */
function referredBy({ callIds, transferorRawId }: TransferMeans): Readonly<Record<string, string>> {
  return { 'x-m': transferorRawId, 'x-ti': callIds.correlationId };
}
