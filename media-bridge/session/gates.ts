import type { AgentDefinition } from '#core/agent/definition';
import type { CallOffer } from '#core/call/offer';
import type { Gates } from '#core/conversation/input';
import type { Locale } from '#core/language/locale';
import type { FoundCustomer } from '#core/ports/customer-directory';
import type { RandomNumbers } from '#core/ports/random-numbers';
import { mustRepeatCode } from '#core/screening/must-repeat';
import { newCode } from '#core/screening/new-code';

/** What this caller has to do before the conversation begins. Nobody can prove to be a customer whom nobody has found. */
export function gatesFor(
  agent: AgentDefinition,
  offer: CallOffer,
  found: FoundCustomer | undefined,
  { pack }: Locale,
  { random, trunkHeader }: { readonly random: RandomNumbers; readonly trunkHeader: string },
): Gates {
  const { screening, identity } = agent;
  const caller = found === undefined ? 'unknown' : 'known';
  return {
    code: mustRepeatCode(agent, offer, caller, trunkHeader)
      ? newCode(screening.digits, pack.spokenNumbers, random)
      : undefined,
    proof: identity?.before === 'conversation' && found !== undefined ? identity.proof : undefined,
  };
}
