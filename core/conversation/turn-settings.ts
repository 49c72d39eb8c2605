import type { AgentDefinition } from '../agent/definition.ts';
import type { TurnTaking } from '../agent/turn-taking.ts';
import type { CallerNumber } from '../call/offer.ts';
import { queueCandidates, type QueueOrder } from '../handover/choose-queues.ts';
import type { PhoneNumber } from '../ids.ts';
import type { Locale } from '../language/locale.ts';
import type { LanguagePack, Texts } from '../language/pack.ts';
import type { HandoverRequest } from './hand-over-request.ts';

/** What the machine needs of an agent in the language that is spoken. */
export interface TurnSettings {
  /** BCP 47. */
  readonly language: string;
  readonly pack: LanguagePack;
  readonly texts: Texts;
  readonly turnTaking: TurnTaking;
  readonly fillerAfterMs: number;
  readonly silence: AgentDefinition['silence'];
  readonly keypad: AgentDefinition['keypad'];
  readonly handover: AgentDefinition['handover'];
  readonly screening: AgentDefinition['screening'];
  readonly identity: AgentDefinition['identity'];
  /** How long it may take to find out which queues are open. */
  readonly choiceTimeoutMs: number;
  /** How long all queues together may take, from the first that is asked. The front gives up one after 60 s (acs-facts 5.2). */
  readonly transferTimeoutMs: number;
  /** The queues to try when nobody found out in time which are open. */
  readonly queuesFor: (request: HandoverRequest) => QueueOrder;
  /** The number the caller calls from, if it is known. */
  readonly callerNumber: PhoneNumber | undefined;
}

/** Hours are known at once; the people's own system, where there is one, is asked for no longer than a caller would notice. */
const CHOICE_TIMEOUT_MS = 1_500;
/** The caller hears within a minute that nobody comes. */
const TRANSFER_TIMEOUT_MS = 50_000;

export function turnSettings(
  agent: AgentDefinition,
  { language, pack, texts }: Pick<Locale, 'language' | 'pack' | 'texts'>,
  caller: CallerNumber,
): TurnSettings {
  const { turnTaking, fillerAfterMs, silence, keypad, handover, screening, identity } = agent;
  return {
    language,
    pack,
    texts,
    turnTaking,
    fillerAfterMs,
    silence,
    keypad,
    handover,
    screening,
    identity,
    choiceTimeoutMs: CHOICE_TIMEOUT_MS,
    transferTimeoutMs: TRANSFER_TIMEOUT_MS,
    queuesFor: (request) => queueCandidates(agent, request, { language, about: [], stopWords: [] }),
    callerNumber: caller.kind === 'number' ? caller.number : undefined,
  };
}
