import type { AgentDefinition } from '#core/agent/definition';
import type { CallOffer } from '#core/call/offer';
import type { Gates } from '#core/conversation/input';
import type { Locale } from '#core/language/locale';
import type { FoundCustomer } from '#core/ports/customer-directory';
import type { RandomNumbers } from '#core/ports/random-numbers';
import { mustRepeatCode } from '#core/screening/must-repeat';
import { newCode } from '#core/screening/new-code';

/**
 * What this caller has to do before the conversation begins. The proof is asked for whether or not a customer has been found: one who is found while it is
 * asked can still be compared with, and for one whom nobody finds it fails as the agent says.
 */
export function gatesFor(
  agent: AgentDefinition,
  offer: CallOffer,
  found: FoundCustomer | undefined,
  { pack }: Locale,
  { random, trunkHeader }: { readonly random: RandomNumbers; readonly trunkHeader: string },
): Gates {
  const { screening, identity } = agent;
  // A header is the word of whoever sent the INVITE: what makes it good enough is the trunk, which `mustRepeatCode` looks at.
  const caller = found?.by === 'number' ? 'known' : 'unknown';
  return {
    code: mustRepeatCode(agent, offer, caller, trunkHeader)
      ? newCode(screening.digits, pack.spokenNumbers, random)
      : undefined,
    proof: identity?.before === 'conversation' ? identity.proof : undefined,
  };
}
