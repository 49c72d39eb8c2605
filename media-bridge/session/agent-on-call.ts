import type { Log } from '#adapters/logging/logger';
import type { Agent, AgentCatalogue } from '#core/agent/agent';
import { fixedPrompts } from '#core/conversation/fixed-prompts';
import { turnSettings, type TurnSettings } from '#core/conversation/turn-settings';
import { localeFor } from '#core/language/choose-language';
import type { Locale } from '#core/language/locale';
import type { CallRecord } from './call-record.ts';

export interface AgentOnCallOptions {
  readonly agent: Agent;
  readonly record: CallRecord;
  readonly services: { readonly agents: AgentCatalogue; readonly log: Log };
  /** The caller's wish has changed the agent or the language. */
  readonly onLocale: (locale: Locale, phrases: readonly string[]) => void;
}

/** Who speaks in a call, in which language, and what follows from that. Both may change in mid-call. */
export class AgentOnCall {
  readonly #options: AgentOnCallOptions;
  #agent: Agent;
  #settings: TurnSettings;
  #fixed: ReadonlySet<string>;

  constructor(options: AgentOnCallOptions) {
    const { agent, record } = options;
    this.#options = options;
    this.#agent = agent;
    this.#settings = turnSettings(agent.definition, record.facts.locale, record.facts.offer.from);
    this.#fixed = new Set(fixedPrompts(record.facts.locale));
  }

  /** The language spoken now. */
  get locale(): Locale {
    return this.#options.record.facts.locale;
  }

  get settings(): TurnSettings {
    return this.#settings;
  }

  /** Words the recogniser should expect from now on. */
  get phrases(): readonly string[] {
    return this.#agent.definition.phrases;
  }

  /** Whether these words are said alike in many calls. */
  kindOf(text: string): 'fixed' | 'written' {
    return this.#fixed.has(text) ? 'fixed' : 'written';
  }

  /** Goes on in this language of the agent, BCP 47; says whether it has it. */
  speak(language: string): boolean {
    const locale = localeFor(this.#agent, language);
    if (locale === undefined) return false;
    if (locale !== this.locale) this.#change(this.#agent, locale);
    return true;
  }

  /** The same, because the caller asked for it: what the recogniser listens for follows. */
  changeLanguage(language: string): boolean {
    const isSpoken = this.speak(language);
    if (isSpoken) this.#options.onLocale(this.locale, this.phrases);
    return isSpoken;
  }

  /** Another agent goes on with this caller, in the language spoken if it has that. Says whether there is such an agent. */
  handTo(name: string): boolean {
    const agent = this.#options.services.agents.named(name);
    if (agent === undefined) return false;
    this.#change(agent, localeFor(agent, this.locale.language) ?? agent.locales[0]);
    this.#options.onLocale(this.locale, this.phrases);
    return true;
  }

  #change(agent: Agent, locale: Locale): void {
    const { record, services } = this.#options;
    this.#agent = agent;
    this.#settings = turnSettings(agent.definition, locale, record.facts.offer.from);
    this.#fixed = new Set(fixedPrompts(locale));
    record.speakAs(agent.definition, locale);
    services.log.info(
      { ...record.ids, agent: agent.definition.name, language: locale.language },
      'agent or language changed',
    );
  }
}
