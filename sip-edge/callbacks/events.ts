/** What a callback says, as data: its name and the fields of its own, in recorded order (acs-facts 3.2). */
import type { ToneName } from '../calls/tones.ts';
import type { WireIdentifier } from '../calls/identifiers.ts';
import { results, type ResultInformation } from './results.ts';

/** Names after `Microsoft.Communication.`. */
export interface CallEvent {
  readonly name: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly result: ResultInformation;
  /** Repeated only where the event has one; left out of the body when undefined. */
  readonly operationContext: string | undefined;
}

export interface WireParticipant {
  readonly identifier: WireIdentifier;
  readonly isMuted: boolean;
  readonly isOnHold: boolean;
}

type Context = string | undefined;

function event(
  name: string,
  result: ResultInformation,
  operationContext: Context,
  details: Readonly<Record<string, unknown>> = {},
): CallEvent {
  return { name, details, result, operationContext };
}

export const callConnected = (context: Context): CallEvent => event('CallConnected', results.ok, context);

export const answerFailed = (result: ResultInformation, context: Context): CallEvent =>
  event('AnswerFailed', result, context);

export const callDisconnected = (result: ResultInformation, context: Context): CallEvent =>
  event('CallDisconnected', result, context);

export const participantsUpdated = (participants: readonly WireParticipant[], sequenceNumber: number): CallEvent =>
  event('ParticipantsUpdated', results.ok, undefined, { participants, sequenceNumber });

export const callTransferAccepted = (
  transferTarget: WireIdentifier,
  transferee: WireIdentifier,
  context: Context,
): CallEvent => event('CallTransferAccepted', results.ok, context, { transferTarget, transferee });

export const callTransferFailed = (result: ResultInformation, context: Context): CallEvent =>
  event('CallTransferFailed', result, context);

export const playStarted = (context: Context): CallEvent => event('PlayStarted', results.actionCompleted, context);

export const playCompleted = (context: Context): CallEvent => event('PlayCompleted', results.actionCompleted, context);

export const playCanceled = (context: Context): CallEvent => event('PlayCanceled', results.cancelled, context);

export const playFailed = (result: ResultInformation, failedPlaySourceIndex: number, context: Context): CallEvent =>
  event('PlayFailed', result, context, { failedPlaySourceIndex });

export const recognizeCompleted = (
  tones: readonly ToneName[],
  result: ResultInformation,
  context: Context,
): CallEvent => event('RecognizeCompleted', result, context, { recognitionType: 'dtmf', dtmfResult: { tones } });

export const recognizeFailed = (
  result: ResultInformation,
  failedPlaySourceIndex: number | undefined,
  context: Context,
): CallEvent =>
  event('RecognizeFailed', result, context, failedPlaySourceIndex === undefined ? {} : { failedPlaySourceIndex });

export const recognizeCanceled = (context: Context): CallEvent =>
  event('RecognizeCanceled', results.cancelled, context);

export const toneReceived = (tone: ToneName, sequenceId: number, context: Context): CallEvent =>
  event('ContinuousDtmfRecognitionToneReceived', results.ok, context, { sequenceId, tone });

export const toneRecognitionStopped = (result: ResultInformation, context: Context): CallEvent =>
  event('ContinuousDtmfRecognitionStopped', result, context);

export const sendTonesCompleted = (context: Context): CallEvent => event('SendDtmfTonesCompleted', results.ok, context);

export const sendTonesFailed = (context: Context): CallEvent =>
  event('SendDtmfTonesFailed', results.tonesNotSent, context);

/** Published values of `mediaStreamingStatusDetails` that the edge uses. */
export type MediaStreamingDetails =
  | 'subscriptionStarted'
  | 'subscriptionStopped'
  | 'streamConnectionInterrupted'
  | 'streamConnectionReestablished'
  | 'streamConnectionUnsuccessful'
  | 'initialWebSocketConnectionFailed'
  | 'authenticationFailure';

export const mediaStreamingStarted = (details: MediaStreamingDetails, context: Context): CallEvent =>
  mediaStreaming('MediaStreamingStarted', 'mediaStreamingStarted', details, results.actionCompleted, context);

export const mediaStreamingStopped = (details: MediaStreamingDetails, context: Context): CallEvent =>
  mediaStreaming('MediaStreamingStopped', 'mediaStreamingStopped', details, results.actionCompleted, context);

export const mediaStreamingFailed = (
  details: MediaStreamingDetails,
  result: ResultInformation,
  context: Context,
): CallEvent => mediaStreaming('MediaStreamingFailed', 'mediaStreamingFailed', details, result, context);

function mediaStreaming(
  name: string,
  mediaStreamingStatus: string,
  mediaStreamingStatusDetails: MediaStreamingDetails,
  result: ResultInformation,
  context: Context,
): CallEvent {
  const mediaStreamingUpdate = { contentType: 'Audio', mediaStreamingStatus, mediaStreamingStatusDetails };
  return event(name, result, context, { mediaStreamingUpdate });
}

export const recordingStateChanged = (recordingId: string, state: 'active' | 'inactive', startedAt: Date): CallEvent =>
  event('RecordingStateChanged', results.ok, undefined, {
    recordingId,
    state,
    startDateTime: startedAt.toISOString(),
    recordingKind: 'azureCommunicationServices',
  });
