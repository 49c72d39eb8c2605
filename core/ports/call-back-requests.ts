import type { CallId, ContextId, PhoneNumber } from '../ids.ts';
import type { HandoverPacket } from '../handover/packet.ts';

/** A caller's wish to be called back, for the people of a queue. */
export interface CallBackRequest {
  readonly callId: CallId;
  /** With which the whole story is found. */
  readonly contextId: ContextId;
  readonly requestedAtMs: number;
  /** By its name in the agent's definition. */
  readonly queue: string;
  /** Whose number it is: the network's word, or digits as the caller gave them, with a + where the country was said. */
  readonly number: string;
  /** Whether people were there and the wait was long, or nobody was. */
  readonly line: 'open' | 'closed';
  /** Where the call came from, if that is known. */
  readonly calledFrom: PhoneNumber | undefined;
  /** What the person who calls back should know; redacted. */
  readonly packet: Pick<HandoverPacket, 'intent' | 'summary' | 'language' | 'customerId'>;
}

export interface CallBackRequests {
  /** Resolves when it is written durably: only then may a caller be told so. A second one of the same call replaces the first. Throws `PortError`. */
  record(request: CallBackRequest, signal: AbortSignal): Promise<void>;
}
