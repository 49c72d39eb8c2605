import type { CallOffer } from '../call/offer.ts';
import { chooseLocale, localeFor } from '../language/choose-language.ts';
import type { Agent } from './agent.ts';

export interface FailureMessage {
  /** 150 characters at most. */
  readonly text: string;
  /** BCP 47. */
  readonly language: string;
  /** An Azure neural voice. */
  readonly voice: string;
}

/**
 * What a caller hears when nobody can take a failed call. `spoken`: the language (BCP 47) this call was spoken in last, where that is known; without
 * it, or when the agent does not have it, the language the call began in.
 */
export function failureMessage(agent: Agent, offer: CallOffer, spoken: string | undefined): FailureMessage {
  const known = spoken === undefined ? undefined : localeFor(agent, spoken);
  const { texts, language, voice } = known ?? chooseLocale(agent, offer, undefined).locale;
  return { text: texts.failureMessage, language, voice };
}
