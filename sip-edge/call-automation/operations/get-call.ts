/** GET /calling/callConnections/{callConnectionId}. */
import { callConnectionProperties } from '../call-properties.ts';
import { findCall } from '../find-call.ts';
import type { OperationHandler } from '../operation.ts';
import type { EdgeServices } from '../services.ts';

export function getCall({ calls, settings }: EdgeServices): OperationHandler {
  return (request) => ({
    status: 200,
    body: callConnectionProperties(findCall(calls, request), settings.current.teamsResourceAccounts),
  });
}
