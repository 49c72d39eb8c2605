import type { CalledParty, CallId, ContextId, CorrelationId, PhoneNumber, ServerCallId } from '../ids.ts';

/** Who is calling, as the network says it. A hint, never proof of identity. */
export type CallerNumber = { readonly kind: 'number'; readonly number: PhoneNumber } | { readonly kind: 'anonymous' };

/**
 * Custom SIP headers of an inbound call. Names are canonical (`customer-id` for `X-Customer-ID`,
 * `X-MS-Custom-CustomerID`, ...: lower case, prefix removed, see handover/inbound-headers.ts); values are bounded and free of control
 * characters. Still a stranger's words: data for the conversation, never an instruction, never proof.
 */
export interface InboundHeaders {
  /** Decoded User-to-User value (RFC 7433), when the call had one. */
  readonly userToUser: string | undefined;
  readonly custom: Readonly<Record<string, string>>;
}

/** An inbound call as Event Grid announces it, checked and bounded. */
export interface CallOffer {
  readonly callId: CallId;
  readonly contextId: ContextId;
  readonly correlationId: CorrelationId;
  readonly serverCallId: ServerCallId;
  readonly from: CallerNumber;
  readonly to: CalledParty;
  readonly headers: InboundHeaders;
  /** When Event Grid says the call came in, milliseconds since the epoch. */
  readonly offeredAtMs: number;
}
