/** The call an operation is about, in a state the operation can use. Each throws the error to answer otherwise. */
import type { Call } from '../calls/call.ts';
import type { CallMedia } from '../calls/call-media.ts';
import type { CallRegistry } from '../calls/call-registry.ts';
import { wireCallState } from '../calls/call-state.ts';
import { rawIdOf, type RequestIdentifier } from '../calls/identifiers.ts';
import { errors } from './errors.ts';
import type { OperationRequest } from './operation.ts';

export function findCall(calls: CallRegistry, request: OperationRequest): Call {
  const call = calls.find(request.parameter('callConnectionId'));
  if (call === undefined) throw errors.callNotFound();
  return call;
}

/** Media operations need an established call; a transfer under way does not stop them. */
export function establishedMedia(call: Call): CallMedia {
  const { media, phase } = call;
  if (phase === 'connecting') throw errors.notEstablished();
  if (media === undefined || (phase !== 'connected' && phase !== 'transferring'))
    throw errors.wrongState(wireCallState(phase));
  return media;
}

/** The only participant that media operations can be aimed at is the caller. */
export function requireCaller(call: Call, identifier: RequestIdentifier): void {
  if (rawIdOf(identifier) !== call.caller.rawId) throw errors.participantNotFound();
}
