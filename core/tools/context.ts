import type { CallId, PhoneNumber } from '../ids.ts';
import { customerOf, type CallerIdentity } from '../identity/caller-identity.ts';
import { plainText } from '../plain-text.ts';

/** What a request may take from the call, beside the model's arguments. Where the caller's number and the customer come from proves nothing. */
export interface ToolContext {
  readonly callId: CallId;
  /** Undefined for an anonymous caller. */
  readonly from: PhoneNumber | undefined;
  readonly to: string;
  /** BCP 47, as spoken now. */
  readonly language: string;
  readonly identity: CallerIdentity;
}

/** Names with a dot, so that no parameter can have one of them. */
export const CONTEXT_PLACES = ['call.id', 'call.from', 'call.to', 'call.language', 'customer.id'] as const;
type ContextPlace = (typeof CONTEXT_PLACES)[number];

/** By place; what is not known or empty is not there. */
export function contextValues(context: ToolContext): ReadonlyMap<string, string> {
  const values: Readonly<Record<ContextPlace, string | undefined>> = {
    'call.id': context.callId,
    'call.from': context.from,
    'call.to': context.to,
    'call.language': context.language,
    'customer.id': customerOf(context.identity)?.id,
  };
  return new Map(
    Object.entries(values)
      .map(([place, value]) => [place, plainText(value ?? '')] as const)
      .filter(([, value]) => value !== ''),
  );
}
