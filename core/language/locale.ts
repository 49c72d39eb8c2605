import type { AgentDefinition } from '../agent/definition.ts';
import type { LanguagePack, Texts } from './pack.ts';

export type AgentLanguage = AgentDefinition['languages'][number];

/** One language of one agent with everything filled in: how the caller is listened to and what is said. */
export interface Locale {
  /** BCP 47. */
  readonly language: string;
  /** An Azure neural voice. */
  readonly voice: string;
  readonly greeting: string;
  readonly greetingUnknown: string;
  readonly texts: Texts;
  readonly lexicon: AgentLanguage['lexicon'];
  readonly pack: LanguagePack;
}

/** Language packs by primary subtag. */
export type LanguagePacks = ReadonlyMap<string, LanguagePack>;

/** The agent's languages in its own order. Throws when one has no pack: whoever loads agents has checked that. */
export function localesOf(agent: AgentDefinition, packs: LanguagePacks): readonly [Locale, ...Locale[]] {
  const [first, ...others] = agent.languages.map((own) => localeOf(own, packs));
  if (first === undefined) throw new Error('The definition of an agent has at least one language');
  return [first, ...others];
}

function localeOf(own: AgentLanguage, packs: LanguagePacks): Locale {
  const { language, voice, greeting, greetingUnknown, lexicon } = own;
  const pack = packs.get(primarySubtag(language));
  if (pack === undefined) throw new Error(`There is no language pack for ${language}`);
  const ownTexts = Object.fromEntries(Object.entries(own.texts).filter(([, text]) => text !== undefined));
  return { language, voice, greeting, greetingUnknown, lexicon, pack, texts: { ...pack.texts, ...ownTexts } };
}

/** `en` of `en-US`. */
export function primarySubtag(language: string): string {
  return language.split('-')[0]?.toLowerCase() ?? '';
}
