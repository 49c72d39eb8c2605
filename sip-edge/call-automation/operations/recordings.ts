/** The five operations under /calling/recordings. */
import type { z } from 'zod';
import type { Call } from '../../calls/call.ts';
import { rawIdOf } from '../../calls/identifiers.ts';
import type { Recordings } from '../../recording/recordings.ts';
import { errors } from '../errors.ts';
import { establishedMedia } from '../find-call.ts';
import type { OperationHandler } from '../operation.ts';
import type { EdgeServices } from '../services.ts';
import { startRecordingSchema } from '../wire.ts';

const START = 'CallRecording_StartRecording';

export function startRecording(services: EdgeServices): OperationHandler {
  return async (request) => {
    const body = request.body(startRecordingSchema);
    refuseOtherFormats(body);
    const recordings = folderOf(services);
    const call = findRecordedCall(body, services);
    const media = establishedMedia(call);
    if (recordings.isRecorded(call.ids)) throw errors.recordingRunning();
    const recording = await recordings.start(media, {
      channelType: body.recordingChannelType ?? 'mixed',
      callerChannel: callerChannel(body, call),
      pauseOnStart: body.pauseOnStart ?? false,
      destination: body.externalStorage?.recordingDestinationContainerUrl,
      report: call.reporter(services.urls.callback(body.recordingStateCallbackUri)),
    });
    return {
      status: 200,
      body: stateResponse(recording.id, recording.state === 'active'),
      correlationId: call.ids.correlationId,
    };
  };
}

export function getRecording(services: EdgeServices): OperationHandler {
  return (request) => {
    const id = request.parameter('recordingId');
    const state = folderOf(services).stateOf(id);
    if (state === undefined) throw errors.recordingNotFound();
    return { status: 200, body: stateResponse(id, state === 'active') };
  };
}

export function stopRecording(services: EdgeServices): OperationHandler {
  return async (request) => {
    if (!(await folderOf(services).stop(request.parameter('recordingId')))) throw errors.recordingNotFound();
    return { status: 204 };
  };
}

export function pauseRecording(services: EdgeServices): OperationHandler {
  return (request) => {
    if (!folderOf(services).pause(request.parameter('recordingId'))) throw errors.recordingNotFound();
    return { status: 202 };
  };
}

export function resumeRecording(services: EdgeServices): OperationHandler {
  return (request) => {
    if (!folderOf(services).resume(request.parameter('recordingId'))) throw errors.recordingNotFound();
    return { status: 202 };
  };
}

type StartRequest = z.infer<typeof startRecordingSchema>;

function folderOf({ recordings }: EdgeServices): Recordings {
  if (recordings === undefined) throw errors.notImplemented('CallRecording', 'without EDGE_RECORDINGS_DIR');
  return recordings;
}

/** A format that was asked for and is not kept would be a silent loss. */
function refuseOtherFormats({ recordingContentType, recordingFormatType }: StartRequest): void {
  if (recordingContentType === 'audioVideo') throw errors.notImplemented(START, 'with recordingContentType audioVideo');
  if (recordingFormatType === 'mp3' || recordingFormatType === 'mp4') {
    throw errors.notImplemented(START, `with recordingFormatType ${recordingFormatType}`);
  }
}

function findRecordedCall({ callConnectionId, callLocator }: StartRequest, { calls }: EdgeServices): Call {
  if (callConnectionId === undefined && callLocator?.serverCallId === undefined) {
    throw errors.notImplemented(START, 'without a callConnectionId or a serverCallLocator');
  }
  const call =
    callConnectionId === undefined
      ? calls.findByServerCallId(callLocator?.serverCallId ?? '')
      : calls.find(callConnectionId);
  if (call === undefined) throw errors.callNotFound();
  return call;
}

/** The caller is on the first channel unless the request orders otherwise. */
function callerChannel(body: StartRequest, call: Call): 0 | 1 {
  const affinity = body.channelAffinity?.find(({ participant }) => rawIdOf(participant) === call.caller.rawId);
  if (affinity?.channel !== undefined) return affinity.channel === 0 ? 0 : 1;
  const [first] = body.audioChannelParticipantOrdering ?? [];
  return first !== undefined && rawIdOf(first) !== call.caller.rawId ? 1 : 0;
}

function stateResponse(recordingId: string, active: boolean): object {
  return {
    recordingId,
    recordingState: active ? 'active' : 'inactive',
    recordingKind: 'azureCommunicationServices',
  };
}
