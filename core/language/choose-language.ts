import type { Agent } from '../agent/agent.ts';
import type { CallOffer } from '../call/offer.ts';
import { headerValue } from '../handover/inbound-headers.ts';
import type { Customer } from '../ports/customer-directory.ts';
import { bareWords } from './bare-words.ts';
import { primarySubtag, type Locale } from './locale.ts';

export interface ChosenLanguage {
  /** What the call begins in. */
  readonly locale: Locale;
  /** What the caller is listened for, the locale first. More than one: the recogniser finds out which is spoken. */
  readonly candidates: readonly [Locale, ...Locale[]];
}

/**
 * The language of a call: what the IVR said in a header, else that of the called number, else the customer's, else the agent's first. Only where
 * neither header nor number says, and the agent is told to identify, are all of them listened for: a header is the caller's own choice in the menu
 * before us.
 */
export function chooseLocale(agent: Agent, offer: CallOffer, customer: Customer | undefined): ChosenLanguage {
  const { languageFrom } = agent.definition;
  const said =
    languageNamed(
      agent,
      languageFrom.header === undefined ? undefined : headerValue(offer.headers, languageFrom.header),
    ) ?? languageNamed(agent, numberLanguage(languageFrom.numbers, offer.to));
  if (said !== undefined) return { locale: said, candidates: [said] };
  const locale = languageNamed(agent, customer?.language) ?? agent.locales[0];
  const others = languageFrom.identify ? agent.locales.filter((other) => other !== locale) : [];
  return { locale, candidates: [locale, ...others] };
}

/** The agent's language for a tag: itself, else the first of the same language in another region. For a change of language inside a call. */
export function localeFor({ locales }: Agent, tag: string): Locale | undefined {
  const wanted = tag.trim().replaceAll('_', '-').toLowerCase();
  return (
    locales.find(({ language }) => language.toLowerCase() === wanted) ??
    locales.find(({ language }) => primarySubtag(language) === primarySubtag(wanted))
  );
}

/** By tag or by name ("es", "es_MX", "Spanish", "español (México)"): IVRs write what they like. What nobody knows says nothing. */
function languageNamed(agent: Agent, said: string | undefined): Locale | undefined {
  if (said === undefined) return undefined;
  const words = `${bareWords(said)} `;
  return (
    localeFor(agent, said) ??
    agent.locales.find(({ pack }) =>
      [pack.name, ...pack.alsoCalled].some((name) => words.startsWith(`${bareWords(name)} `)),
    )
  );
}

function numberLanguage(numbers: Readonly<Record<string, string>>, called: string): string | undefined {
  return Object.hasOwn(numbers, called) ? numbers[called] : undefined;
}
