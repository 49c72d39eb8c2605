import type { SystemEventNameToEventData } from '@azure/eventgrid';
import type { CallerNumber, CallOffer } from '#core/call/offer';
import { readInboundHeaders } from '#core/handover/inbound-headers';
import {
  parseCorrelationId,
  parseServerCallId,
  parsePhoneNumber,
  parseTeamsAppId,
  type CalledParty,
  type PhoneNumber,
} from '#core/ids';
import { callIdentity } from './call-identity.ts';
import type { ResourceAccounts } from './telephony-settings.ts';
import { objectOf, textOf, timeOf, type JsonObject } from './wire-values.ts';

/** Spelt by Microsoft's own types: a misspelt event name is a call that nobody answers. Types only, since the library would cost the cold start. */
const INCOMING_CALL_TYPE = 'Microsoft.Communication.IncomingCall' satisfies keyof SystemEventNameToEventData;

const ID_MAX_CHARS = 1024;
/** The service's are 8 to 12 kB (acs-facts 1.3). */
const CONTEXT_MAX_CHARS = 64 * 1024;

type IncomingCall =
  | {
      readonly kind: 'offer';
      readonly offer: CallOffer;
      /** Opaque, single use. Not part of the offer, since an offer is stored and logged. */
      readonly incomingCallContext: string;
    }
  /** Another Event Grid event: a subscription without a filter sends them all. */
  | { readonly kind: 'other-event'; readonly type: string }
  /** `problem` names a place, never a value. */
  | { readonly kind: 'malformed'; readonly problem: string };

/**
 * Reads one event as the Event Grid trigger hands it over, in the Event Grid or the CloudEvents schema (acs-facts 1.1 to 1.4). What is
 * not needed to answer never makes it fail: a caller whose number is no number is anonymous, odd headers are left out. Never throws.
 *
 * Teams Phone Extensibility names the resource account as called, and not its number: `accounts` has that. Both are read whatever front is set, since one
 * resource may serve numbers of both while they are moved.
 */
export function parseIncomingCall(event: unknown, receivedAtMs: number, accounts: ResourceAccounts): IncomingCall {
  const envelope = objectOf(event);
  if (envelope === undefined) return { kind: 'malformed', problem: 'event' };
  const type = textOf(envelope['eventType'] ?? envelope['type'], ID_MAX_CHARS);
  if (type === undefined) return { kind: 'malformed', problem: 'eventType' };
  if (type !== INCOMING_CALL_TYPE) return { kind: 'other-event', type };
  const data = objectOf(envelope['data']);
  const to = calledOf(data?.['to'], accounts);
  const correlationId = parseCorrelationId(textOf(data?.['correlationId'], ID_MAX_CHARS) ?? '');
  const serverCallId = parseServerCallId(textOf(data?.['serverCallId'], ID_MAX_CHARS) ?? '');
  const incomingCallContext = textOf(data?.['incomingCallContext'], CONTEXT_MAX_CHARS);
  if (data === undefined) return { kind: 'malformed', problem: 'data' };
  if (correlationId === undefined) return { kind: 'malformed', problem: 'data.correlationId' };
  if (serverCallId === undefined) return { kind: 'malformed', problem: 'data.serverCallId' };
  if (incomingCallContext === undefined) return { kind: 'malformed', problem: 'data.incomingCallContext' };
  if (to === undefined) return { kind: 'malformed', problem: 'data.to' };
  return {
    kind: 'offer',
    incomingCallContext,
    offer: {
      ...callIdentity(correlationId),
      correlationId,
      serverCallId,
      from: callerOf(data['from']),
      to,
      headers: readInboundHeaders(headersOf(data['customContext'])),
      offeredAtMs: timeOf(envelope['eventTime'] ?? envelope['time']) ?? receivedAtMs,
    },
  };
}

/** From a SIP peer, or from an application of Teams that has handed the call on: it can send VoIP headers only. Both are a stranger's. */
function headersOf(customContext: unknown): JsonObject {
  const context = objectOf(customContext);
  const ofSip = objectOf(context?.['sipHeaders']);
  // Those of SIP come first, in order and in value: a flood of the others hides none of them.
  return { ...ofSip, ...objectOf(context?.['voipHeaders']), ...ofSip };
}

/** An account of which no number is known is called all the same: its id stands for it, and the standard agent answers. */
function calledOf(identifier: unknown, accounts: ResourceAccounts): CalledParty | undefined {
  const number = phoneNumberOf(identifier);
  if (number !== undefined) return number;
  const fields = objectOf(identifier);
  // The documented event calls its kind "unknown" and has a raw id alone; the SDKs know a member of its own too.
  const appId = textOf(objectOf(fields?.['microsoftTeamsApp'])?.['appId'], 64);
  const account = parseTeamsAppId(textOf(fields?.['rawId'], 64) ?? '') ?? parseTeamsAppId(`28:orgid:${appId ?? ''}`);
  return account === undefined ? undefined : (accounts.get(account) ?? account);
}

function phoneNumberOf(identifier: unknown): PhoneNumber | undefined {
  return parsePhoneNumber(textOf(objectOf(objectOf(identifier)?.['phoneNumber'])?.['value'], 64) ?? '');
}

function callerOf(identifier: unknown): CallerNumber {
  const number = phoneNumberOf(identifier);
  const isAnonymous = objectOf(objectOf(identifier)?.['phoneNumber'])?.['isAnonymous'] === true;
  return number === undefined || isAnonymous ? { kind: 'anonymous' } : { kind: 'number', number };
}
