/** POST /calling/callConnections/{callConnectionId}:transferToParticipant. How it is done is in calls/transfer.ts. */
import { readCustomHeaders } from '../../calls/custom-headers.ts';
import { readTarget } from '../../calls/identifiers.ts';
import { wireCallState } from '../../calls/call-state.ts';
import type { CallHeaders } from '../../leg.ts';
import { errors } from '../errors.ts';
import { findCall, requireCaller } from '../find-call.ts';
import type { OperationHandler } from '../operation.ts';
import type { EdgeServices } from '../services.ts';
import { transferSchema } from '../wire.ts';

export function transferToParticipant({ calls, settings, urls }: EdgeServices): OperationHandler {
  return (request) => {
    const call = findCall(calls, request);
    const body = request.body(transferSchema);
    const target = readTarget(body.targetParticipant);
    if (target.kind === 'unreadable') throw errors.invalidField('TargetParticipant', 'it names nobody.');
    if (target.kind === 'elsewhere') {
      throw errors.notImplemented('CallConnection_TransferToParticipant', 'to anyone but a phone number');
    }
    if (body.transferee !== undefined) requireCaller(call, body.transferee);
    const isTeamsPhone = settings.current.teamsResourceAccounts[call.parts.to] !== undefined;
    if (isTeamsPhone && body.sourceCallerIdNumber !== undefined) throw errors.callerIdNotSupported();
    const accepted = call.transfer({
      target: target.number,
      callerNumber: body.sourceCallerIdNumber?.value ?? call.parts.from,
      headers: readHeaders(body.customCallingContext?.sipHeaders ?? {}),
      operationContext: body.operationContext,
      operationCallbackUrl: urls.callback(body.operationCallbackUri),
    });
    if (!accepted) throw refusal(call.phase);
    return {
      status: 202,
      body: body.operationContext === undefined ? {} : { operationContext: body.operationContext },
    };
  };
}

function refusal(phase: Parameters<typeof wireCallState>[0]): Error {
  if (phase === 'transferring') return errors.transferUnderWay();
  return phase === 'connecting' ? errors.notEstablished() : errors.wrongState(wireCallState(phase));
}

function readHeaders(sipHeaders: Readonly<Record<string, string>>): CallHeaders {
  const result = readCustomHeaders(sipHeaders);
  if (result.kind === 'illegal') throw errors.invalidField('CustomCallingContext', `${result.reason}.`);
  return result.headers;
}
