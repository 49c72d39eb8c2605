/** The CloudEvents envelope of a callback, in the order and spelling of recorded ones (acs-facts 3.1). Pure. */
import type { CallEvent } from './events.ts';

/** Recorded versions end at `2025-05-15`; that the date of the API version follows is a guess. */
const DATA_VERSION = '2026-03-12';
const TYPE_PREFIX = 'Microsoft.Communication.';

/** The ids every callback of a call carries. */
export interface CallIds {
  readonly callConnectionId: string;
  readonly serverCallId: string;
  readonly correlationId: string;
}

/** An instant in units of 100 ns since the epoch, as the service counts time. */
type Ticks = bigint;

const TICKS_PER_MS = 10_000n;

/** Now, with the fraction of a millisecond from the monotonic clock, so that times look as the service writes them. */
export function nowTicks(): Ticks {
  return BigInt(Date.now()) * TICKS_PER_MS + ((process.hrtime.bigint() / 100n) % TICKS_PER_MS);
}

/** Up to seven fractional digits, trailing zeros removed, `+00:00` and never `Z`. */
export function formatCallbackTime(ticks: Ticks): string {
  const wholeSeconds = new Date(Number(ticks / TICKS_PER_MS)).toISOString().slice(0, 19);
  const fraction = (ticks % 10_000_000n).toString().padStart(7, '0').replace(/0+$/, '');
  return `${wholeSeconds}${fraction === '' ? '' : `.${fraction}`}+00:00`;
}

export interface CallbackEnvelope {
  readonly id: string;
  readonly type: string;
  /** Sent as the request body: always an array of one. */
  readonly body: readonly [Readonly<Record<string, unknown>>];
}

export function callbackEnvelope(event: CallEvent, call: CallIds, id: string, time: Ticks): CallbackEnvelope {
  const type = `${TYPE_PREFIX}${event.name}`;
  const source = sourceOf(event, call);
  const data = {
    ...event.details,
    version: DATA_VERSION,
    ...(event.operationContext === undefined ? {} : { operationContext: event.operationContext }),
    resultInformation: event.result,
    callConnectionId: call.callConnectionId,
    serverCallId: call.serverCallId,
    correlationId: call.correlationId,
    publicEventType: type,
  };
  const cloudEvent = {
    id,
    source,
    type,
    data,
    time: formatCallbackTime(time),
    specversion: '1.0',
    datacontenttype: 'application/json',
    subject: source,
  };
  return { id, type, body: [cloudEvent] };
}

function sourceOf(event: CallEvent, call: CallIds): string {
  const { recordingId } = event.details;
  if (event.name === 'RecordingStateChanged' && typeof recordingId === 'string') {
    return `calling/recordings/${call.serverCallId}/${recordingId}/RecordingStateChanged`;
  }
  return `calling/callConnections/${call.callConnectionId}`;
}
