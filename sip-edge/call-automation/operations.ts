/** Every operation of the published descriptions (Call Automation 2026-03-12, SIP routing 2023-03-01 and 2024-11-15-preview), in their order. */
import { notImplemented, type Operation } from './operation.ts';
import { answerCall } from './operations/answer-call.ts';
import { getCall } from './operations/get-call.ts';
import { hangUpCall } from './operations/hang-up-call.ts';
import { startMediaStreaming, stopMediaStreaming } from './operations/media-streaming.ts';
import { getParticipant, listParticipants } from './operations/participants.ts';
import { cancelAllMediaOperations, play } from './operations/play.ts';
import { recognize } from './operations/recognize.ts';
import {
  getRecording,
  pauseRecording,
  resumeRecording,
  startRecording,
  stopRecording,
} from './operations/recordings.ts';
import { redirectCall } from './operations/redirect-call.ts';
import { rejectCall } from './operations/reject-call.ts';
import { getSipConfiguration, testRoutesWithNumber, updateSipConfiguration } from './operations/sip-routing.ts';
import { sendTones, startContinuousTones, stopContinuousTones } from './operations/tones.ts';
import { transferToParticipant } from './operations/transfer-to-participant.ts';
import type { EdgeServices } from './services.ts';

const CALLS = '/calling/callConnections';
const CALL = `${CALLS}/{callConnectionId}`;
const RECORDINGS = '/calling/recordings';

export function createOperations(services: EdgeServices): readonly Operation[] {
  const get = (id: string, path: string, handle = notImplemented(id)): Operation => ({
    id,
    method: 'GET',
    path,
    handle,
  });
  const post = (id: string, path: string, handle = notImplemented(id)): Operation => ({
    id,
    method: 'POST',
    path,
    handle,
  });
  const remove = (id: string, path: string, handle = notImplemented(id)): Operation => ({
    id,
    method: 'DELETE',
    path,
    handle,
  });
  return [
    post('CreateCall', CALLS),
    post('AnswerCall', `${CALLS}:answer`, answerCall(services)),
    post('RedirectCall', `${CALLS}:redirect`, redirectCall(services)),
    post('RejectCall', `${CALLS}:reject`, rejectCall(services)),
    post('Connect', `${CALLS}:connect`),
    get('CallConnection_GetCall', CALL, getCall(services)),
    remove('CallConnection_HangupCall', CALL, hangUpCall(services)),
    post('CallConnection_TerminateCall', `${CALL}:terminate`, hangUpCall(services)),
    post('CallConnection_TransferToParticipant', `${CALL}:transferToParticipant`, transferToParticipant(services)),
    post('CallMedia_Play', `${CALL}:play`, play(services)),
    post('CallMedia_StartTranscription', `${CALL}:startTranscription`),
    post('CallMedia_StopTranscription', `${CALL}:stopTranscription`),
    post('CallMedia_UpdateTranscription', `${CALL}:updateTranscription`),
    post('CallMedia_CancelAllMediaOperations', `${CALL}:cancelAllMediaOperations`, cancelAllMediaOperations(services)),
    post('CallMedia_Recognize', `${CALL}:recognize`, recognize(services)),
    post(
      'CallMedia_StartContinuousDtmfRecognition',
      `${CALL}:startContinuousDtmfRecognition`,
      startContinuousTones(services),
    ),
    post(
      'CallMedia_StopContinuousDtmfRecognition',
      `${CALL}:stopContinuousDtmfRecognition`,
      stopContinuousTones(services),
    ),
    post('CallMedia_SendDtmfTones', `${CALL}:sendDtmfTones`, sendTones(services)),
    post('CallMedia_Hold', `${CALL}:hold`),
    post('CallMedia_Unhold', `${CALL}:unhold`),
    post('CallMedia_StartMediaStreaming', `${CALL}:startMediaStreaming`, startMediaStreaming(services)),
    post('CallMedia_StopMediaStreaming', `${CALL}:stopMediaStreaming`, stopMediaStreaming(services)),
    get('CallConnection_GetParticipants', `${CALL}/participants`, listParticipants(services)),
    post('CallConnection_AddParticipant', `${CALL}/participants:add`),
    post('CallConnection_RemoveParticipant', `${CALL}/participants:remove`),
    post('CallConnection_Mute', `${CALL}/participants:mute`),
    post('CallConnection_CancelAddParticipant', `${CALL}/participants:cancelAddParticipant`),
    post('CallConnection_MoveParticipants', `${CALL}/participants:moveHere`),
    get('CallConnection_GetParticipant', `${CALL}/participants/{participantRawId}`, getParticipant(services)),
    post('CallRecording_StartRecording', RECORDINGS, startRecording(services)),
    get('CallRecording_GetRecordingProperties', `${RECORDINGS}/{recordingId}`, getRecording(services)),
    remove('CallRecording_StopRecording', `${RECORDINGS}/{recordingId}`, stopRecording(services)),
    post('CallRecording_PauseRecording', `${RECORDINGS}/{recordingId}:pause`, pauseRecording(services)),
    post('CallRecording_ResumeRecording', `${RECORDINGS}/{recordingId}:resume`, resumeRecording(services)),
    get('SipRouting_Get', '/sip', getSipConfiguration(services)),
    { id: 'SipRouting_Update', method: 'PATCH', path: '/sip', handle: updateSipConfiguration(services) },
    post('SipRouting_TestRoutesWithNumber', '/sip:testRoutesWithNumber', testRoutesWithNumber()),
  ];
}
