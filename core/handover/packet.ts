import type { ContextId } from '../ids.ts';

/** What the person who takes over should know, in the order of importance. Free of markup; redacted before it is built. */
export interface HandoverPacket {
  readonly contextId: ContextId;
  readonly reason: HandoverReason;
  /** A few words: `dispute a charge`. */
  readonly intent: string;
  /** One or two sentences for the screen of the person who takes the call. */
  readonly summary: string;
  readonly sentiment: 'positive' | 'neutral' | 'negative' | 'unknown';
  /** BCP 47. */
  readonly language: string;
  /** The caller has proven that they are this customer. No header does that. */
  readonly verified: boolean;
  readonly customerId: string | undefined;
}

export type HandoverReason = 'caller-asked' | 'agent-decided' | 'policy' | 'failure';
