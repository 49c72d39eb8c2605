import type { AgentDefinition } from '../agent/definition.ts';
import { queuesToTry } from '../agent/queues.ts';
import type { TurnTaking } from '../agent/turn-taking.ts';
import type { Locale } from '../language/locale.ts';
import type { LanguagePack, Texts } from '../language/pack.ts';

/** What the machine needs of an agent in the language that is spoken. */
export interface TurnSettings {
  readonly pack: LanguagePack;
  readonly texts: Texts;
  readonly turnTaking: TurnTaking;
  readonly fillerAfterMs: number;
  readonly silence: AgentDefinition['silence'];
  readonly keypad: AgentDefinition['keypad'];
  readonly handover: AgentDefinition['handover'];
  /** How long the front may take to report a transfer: ACS gives up after 60 s (acs-facts 5.2). */
  readonly transferTimeoutMs: number;
  /** How many queues there are to try for a wanted queue. */
  readonly queuesFor: (wanted: string | undefined) => number;
}

const TRANSFER_TIMEOUT_MS = 70_000;

export function turnSettings(agent: AgentDefinition, { pack, texts }: Pick<Locale, 'pack' | 'texts'>): TurnSettings {
  const { turnTaking, fillerAfterMs, silence, keypad, handover } = agent;
  return {
    pack,
    texts,
    turnTaking,
    fillerAfterMs,
    silence,
    keypad,
    handover,
    transferTimeoutMs: TRANSFER_TIMEOUT_MS,
    queuesFor: (wanted) => queuesToTry(agent, wanted).length,
  };
}
