import type { AgentDefinition } from '../agent/definition.ts';
import { queuesToTry } from '../agent/queues.ts';

/** What the machine needs of an agent, and the pauses that make it feel like a phone call. */
export interface TurnSettings {
  readonly language: string;
  /** Pause after the recogniser's final before the turn is the agent's. The recogniser has waited for a silence of its own already. */
  readonly endOfTurnMs: number;
  readonly fillerAfterMs: number;
  readonly fillers: readonly string[];
  readonly silence: AgentDefinition['silence'];
  readonly keypad: AgentDefinition['keypad'];
  readonly handover: AgentDefinition['handover'];
  readonly troubleMessage: string;
  /** How long the front may take to report a transfer: ACS gives up after 60 s (acs-facts 5.2). */
  readonly transferTimeoutMs: number;
  /** How many queues there are to try for a wanted queue. */
  readonly queuesFor: (wanted: string | undefined) => number;
}

const END_OF_TURN_MS = 200;
const TRANSFER_TIMEOUT_MS = 70_000;

export function turnSettings(agent: AgentDefinition): TurnSettings {
  const { language, fillerAfterMs, fillers, silence, keypad, handover, troubleMessage } = agent;
  return {
    language,
    endOfTurnMs: END_OF_TURN_MS,
    fillerAfterMs,
    fillers,
    silence,
    keypad,
    handover,
    troubleMessage,
    transferTimeoutMs: TRANSFER_TIMEOUT_MS,
    queuesFor: (wanted) => queuesToTry(agent, wanted).length,
  };
}
