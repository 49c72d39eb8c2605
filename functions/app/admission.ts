import type { LiveRegion } from '#adapters/admission/live-region';
import { admit, type Admission } from '#core/admission/admit';
import type { AdmissionPolicy } from '#core/admission/policy';
import type { AgentCatalogue } from '#core/agent/agent';
import type { CallOffer } from '#core/call/offer';
import { headerValue } from '#core/handover/inbound-headers';
import type { Clock } from '#core/ports/clock';
import type { Telemetry } from '#core/ports/telemetry';
import { currentInvocation } from '#adapters/telemetry/invocation';

/** What decides who gets in; none of it makes a caller wait (adapters/freshness). */
export interface AdmissionServices {
  readonly policy: () => Promise<AdmissionPolicy>;
  readonly region: LiveRegion;
  /** Canonical name of the header in which a trusted IVR or SBC names the trunk. */
  readonly trunkHeader: string;
  readonly telemetry: Telemetry;
}

/** Who gets in, by the policy in force and by what the bridges say of themselves. */
export async function decide(
  offer: CallOffer,
  {
    admission,
    agents,
    clock,
  }: { readonly admission: AdmissionServices; readonly agents: AgentCatalogue; readonly clock: Clock },
): Promise<Admission> {
  const startMs = clock.now();
  const [policy, region] = await Promise.all([admission.policy(), admission.region.current()]);
  const { definition } = agents.for(offer);
  const trunk = headerValue(offer.headers, admission.trunkHeader);
  const decided = admit(offer, policy, { agent: definition, trunk, region }, clock.now());
  if (decided.kind === 'answer') admission.region.answered();
  tell(decided, offer, startMs, clock.now(), admission.telemetry);
  return decided;
}

function tell(decided: Admission, offer: CallOffer, startMs: number, endMs: number, to: Telemetry): void {
  const attributes = { decision: decided.kind, reason: 'because' in decided ? decided.because : 'none' };
  to.record({ name: 'trunkline.admission.decisions', attributes });
  const invocation = currentInvocation();
  invocation?.about(offer);
  invocation?.step({ name: 'admission', startMs, endMs, attributes, failure: undefined });
}
