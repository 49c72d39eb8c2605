/**
 * ACS hands out several different "call ids" and all of them are strings. Each gets its own type, so that
 * a server call id where a connection id belongs does not compile.
 */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Our own id of a call, derived from the correlation id, so that a repeated IncomingCall finds the same row. Legal in a URL and a table key. */
export type CallId = Branded<'CallId'>;
/** `callConnectionId` of Call Automation: names our leg of the call in every request after the answer. */
export type CallConnectionId = Branded<'CallConnectionId'>;
/** `serverCallId`: base64 of a URL, opaque, names the call as a whole (recording wants it). */
export type ServerCallId = Branded<'ServerCallId'>;
/** `correlationId`: the GUID that IncomingCall, every callback and the media socket's upgrade share. */
export type CorrelationId = Branded<'CorrelationId'>;
/** The short id a person types or a desktop follows to fetch the story of a call. Travels in a SIP header. */
export type ContextId = Branded<'ContextId'>;
/** One answer of the agent. Work that comes back with another id than the running one is thrown away. */
export type ReplyId = Branded<'ReplyId'>;
/** E.164 with a leading `+`. */
export type PhoneNumber = Branded<'PhoneNumber'>;
/** Raw id of an application in Teams, such as a resource account: `28:orgid:<object id>`, in lower case. */
export type TeamsAppId = Branded<'TeamsAppId'>;
/** Whom a caller called: a number, or a resource account of Teams of which no number is known. */
export type CalledParty = PhoneNumber | TeamsAppId;

const CALL_ID = /^[a-z0-9-]{8,64}$/;
/** ITU-T E.164: at most 15 digits, the first is never 0. */
const E164 = /^\+[1-9]\d{1,14}$/;
/** As Azure's own library reads them: the public cloud and the two of the US government. */
const TEAMS_APP = /^28:(?:orgid|gcch|dod):[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function parseCallId(text: string): CallId | undefined {
  return CALL_ID.test(text) ? (text as CallId) : undefined;
}

export function parsePhoneNumber(text: string): PhoneNumber | undefined {
  return E164.test(text) ? (text as PhoneNumber) : undefined;
}

export function parseTeamsAppId(text: string): TeamsAppId | undefined {
  const id = text.toLowerCase();
  return TEAMS_APP.test(id) ? (id as TeamsAppId) : undefined;
}

export function parseCalledParty(text: string): CalledParty | undefined {
  return parsePhoneNumber(text) ?? parseTeamsAppId(text);
}

/** ACS's ids are opaque to us: only their size is checked, so that a hostile one cannot fill a row or a log line. */
const OPAQUE_ID_MAX_CHARS = 1024;

function isOpaqueId(text: string): boolean {
  return text.length > 0 && text.length <= OPAQUE_ID_MAX_CHARS;
}

export function parseCallConnectionId(text: string): CallConnectionId | undefined {
  return isOpaqueId(text) ? (text as CallConnectionId) : undefined;
}

export function parseServerCallId(text: string): ServerCallId | undefined {
  return isOpaqueId(text) ? (text as ServerCallId) : undefined;
}

export function parseCorrelationId(text: string): CorrelationId | undefined {
  return isOpaqueId(text) ? (text as CorrelationId) : undefined;
}

export function replyId(sequence: number): ReplyId {
  return `reply-${sequence}` as ReplyId;
}
