import type { CallEvent } from '#core/call/event';
import { parseCallConnectionId, parsePhoneNumber, type CallConnectionId, type PhoneNumber } from '#core/ids';
import { numberOf, objectOf, textOf, timeOf, type JsonObject } from './wire-values.ts';

/** ParticipantsUpdated with the 350 participants a call may have stays under this. */
const BODY_MAX_CHARS = 512 * 1024;
/** Every recording has one event a body (acs-facts 3.1); the schema allows more. */
const EVENTS_MAX = 100;
const ID_MAX_CHARS = 256;
const TYPE_PREFIX = 'Microsoft.Communication.';

/** One CloudEvent of a callback body (acs-facts 3.1). */
export interface CallbackEvent {
  /** The CloudEvent's id: the same when it is delivered again. */
  readonly id: string;
  /** Without `Microsoft.Communication.`: `CallConnected`. */
  readonly type: string;
  readonly timeMs: number;
  readonly correlationId: string | undefined;
  readonly connectionId: CallConnectionId | undefined;
  readonly operationContext: string | undefined;
  /** What it means for the life of the call; nothing for most events. */
  readonly event: CallEvent | undefined;
  /** Whether the type is in the published catalogue (acs-facts 3.2). ACS adds types: an unknown one is counted, not refused. */
  readonly known: boolean;
}

type CallbackBody =
  | { readonly ok: true; readonly events: readonly CallbackEvent[] }
  /** `problem` names a place, never a value. */
  | { readonly ok: false; readonly problem: string };

/**
 * Reads a callback body. Ours rather than the SDK's `parseCallAutomationEvent`, which takes the first event only, throws on types it
 * does not know and drops `id` and `time` (acs-facts 3.1). Never throws.
 */
export function parseCallbackBody(body: string, receivedAtMs: number): CallbackBody {
  if (body.length > BODY_MAX_CHARS) return { ok: false, problem: 'body too long' };
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { ok: false, problem: 'body is not JSON' };
  }
  const elements: readonly unknown[] = Array.isArray(json) ? json : [json];
  if (elements.length > EVENTS_MAX) return { ok: false, problem: 'too many events' };
  const events: CallbackEvent[] = [];
  for (const [index, element] of elements.entries()) {
    const event = parseEvent(element, receivedAtMs);
    if (event === undefined) return { ok: false, problem: `event ${index} is no CloudEvent` };
    events.push(event);
  }
  return { ok: true, events };
}

function parseEvent(element: unknown, receivedAtMs: number): CallbackEvent | undefined {
  const envelope = objectOf(element);
  const id = textOf(envelope?.['id'], ID_MAX_CHARS);
  const fullType = textOf(envelope?.['type'], ID_MAX_CHARS);
  if (envelope === undefined || id === undefined || fullType === undefined) return undefined;
  const data = objectOf(envelope['data']) ?? {};
  const type = fullType.startsWith(TYPE_PREFIX) ? fullType.slice(TYPE_PREFIX.length) : fullType;
  const timeMs = timeOf(envelope['time']) ?? receivedAtMs;
  const connectionId = parseCallConnectionId(textOf(data['callConnectionId'], ID_MAX_CHARS) ?? '');
  const meaning = CATALOGUE.get(type);
  return {
    id,
    type,
    timeMs,
    correlationId: textOf(data['correlationId'], ID_MAX_CHARS),
    connectionId,
    operationContext: textOf(data['operationContext'], ID_MAX_CHARS),
    event: meaning?.(data, timeMs, connectionId),
    known: meaning !== undefined,
  };
}

type Meaning = (data: JsonObject, atMs: number, connectionId: CallConnectionId | undefined) => CallEvent | undefined;

const noMatterForTheCall: Meaning = () => undefined;

const mediaLost: Meaning = (data, atMs, connectionId) =>
  connectionId && {
    type: 'media-lost',
    atMs,
    connectionId,
    detail: textOf(objectOf(data['mediaStreamingUpdate'])?.['mediaStreamingStatusDetails'], 64) ?? 'unspecifiedError',
  };

/** `Tone` as published (acs-facts 2.3). */
const KEYS: ReadonlyMap<string, string> = new Map([
  ...['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'].map(
    (tone, digit): [string, string] => [tone, String(digit)],
  ),
  ...['a', 'b', 'c', 'd'].map((tone): [string, string] => [tone, tone.toUpperCase()]),
  ['asterisk', '*'],
  ['pound', '#'],
]);

const keyPressed: Meaning = (data, atMs) => {
  const key = KEYS.get(textOf(data['tone'], 16)?.toLowerCase() ?? '');
  const sequenceId = numberOf(data['sequenceId']);
  const isNumbered = sequenceId !== undefined && Number.isSafeInteger(sequenceId) && sequenceId >= 0;
  return key === undefined || !isNumbered ? undefined : { type: 'key-pressed', atMs, sequenceId, key };
};

/** Everything published (acs-facts 3.2), and what it means to us. */
const CATALOGUE: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['CallConnected', (_data, atMs, connectionId) => connectionId && { type: 'connected', atMs, connectionId }],
  ['CallDisconnected', (data, atMs) => ({ type: 'disconnected', atMs, ...resultOf(data) })],
  ['AnswerFailed', (data, atMs) => ({ type: 'answer-refused', atMs, ...resultOf(data) })],
  [
    'MediaStreamingStarted',
    (_data, atMs, connectionId) => connectionId && { type: 'media-started', atMs, connectionId },
  ],
  ['MediaStreamingStopped', mediaLost],
  ['MediaStreamingFailed', mediaLost],
  [
    'CallTransferAccepted',
    (data, atMs) => ({
      type: 'transfer-accepted',
      atMs,
      transferId: textOf(data['operationContext'], ID_MAX_CHARS) ?? '',
      target: phoneNumberOf(data['transferTarget']),
    }),
  ],
  [
    'CallTransferFailed',
    (data, atMs) => ({
      type: 'transfer-failed',
      atMs,
      transferId: textOf(data['operationContext'], ID_MAX_CHARS) ?? '',
      ...resultOf(data),
    }),
  ],
  ['ContinuousDtmfRecognitionToneReceived', keyPressed],
  ...[
    'CreateCallFailed',
    'ConnectFailed',
    'ParticipantsUpdated',
    'AddParticipantSucceeded',
    'AddParticipantFailed',
    'RemoveParticipantSucceeded',
    'RemoveParticipantFailed',
    'CancelAddParticipantSucceeded',
    'CancelAddParticipantFailed',
    'MoveParticipantSucceeded',
    'MoveParticipantFailed',
    'PlayStarted',
    'PlayCompleted',
    'PlayCanceled',
    'PlayFailed',
    'RecognizeCompleted',
    'RecognizeFailed',
    'RecognizeCanceled',
    'ContinuousDtmfRecognitionToneFailed',
    'ContinuousDtmfRecognitionStopped',
    'SendDtmfTonesCompleted',
    'SendDtmfTonesFailed',
    'HoldFailed',
    'TranscriptionStarted',
    'TranscriptionStopped',
    'TranscriptionUpdated',
    'TranscriptionFailed',
    'RecordingStateChanged',
    'StartRecordingFailed',
  ].map((type): [string, Meaning] => [type, noMatterForTheCall]),
]);

/** Optional on the wire: recordings before 2024 leave it out on success (acs-facts 3.1). */
function resultOf(data: JsonObject): { readonly code: number; readonly subCode: number } {
  const result = objectOf(data['resultInformation']);
  return { code: numberOf(result?.['code']) ?? 0, subCode: numberOf(result?.['subCode']) ?? 0 };
}

function phoneNumberOf(identifier: unknown): PhoneNumber | undefined {
  return parsePhoneNumber(textOf(objectOf(objectOf(identifier)?.['phoneNumber'])?.['value'], 32) ?? '');
}
