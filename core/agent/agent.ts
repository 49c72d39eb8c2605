import type { CallOffer } from '../call/offer.ts';
import type { Locale } from '../language/locale.ts';
import type { AgentDefinition } from './definition.ts';

/** An agent ready for calls: its definition, and its languages with everything filled in, in its own order. */
export interface Agent {
  readonly definition: AgentDefinition;
  readonly locales: readonly [Locale, ...Locale[]];
}

export interface AgentCatalogue {
  /** The agent that takes this call. */
  for(offer: CallOffer): Agent;
  named(name: string): Agent | undefined;
  /** Takes the calls that no other agent is there for. */
  readonly standard: Agent;
  readonly all: readonly Agent[];
}
