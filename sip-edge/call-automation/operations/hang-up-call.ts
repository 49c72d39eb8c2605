/**
 * DELETE /calling/callConnections/{callConnectionId} and its `:terminate`. With one caller and the application in a call,
 * leaving it and ending it for everybody are the same.
 */
import { findCall } from '../find-call.ts';
import type { OperationHandler } from '../operation.ts';
import type { EdgeServices } from '../services.ts';

export function hangUpCall({ calls }: EdgeServices): OperationHandler {
  return (request) => {
    findCall(calls, request).hangUp();
    return { status: 204 };
  };
}
