/** GET /calling/callConnections/{callConnectionId}/participants, and one of them by its raw id. */
import { errors } from '../errors.ts';
import { findCall } from '../find-call.ts';
import type { OperationHandler } from '../operation.ts';
import type { EdgeServices } from '../services.ts';

export function listParticipants({ calls }: EdgeServices): OperationHandler {
  return (request) => ({ status: 200, body: { value: findCall(calls, request).participants() } });
}

export function getParticipant({ calls }: EdgeServices): OperationHandler {
  return (request) => {
    const rawId = request.parameter('participantRawId');
    const participant = findCall(calls, request)
      .participants()
      .find(({ identifier }) => identifier.rawId === rawId);
    if (participant === undefined) throw errors.participantNotFound();
    return { status: 200, body: participant };
  };
}
