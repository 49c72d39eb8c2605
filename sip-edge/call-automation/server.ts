/** One REST request from its bytes to its reply: ordered faults, authentication, version, operation, repeatability, error body. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Faults } from '../faults.ts';
import type { HttpHandler, HttpRequest } from '../http/server.ts';
import type { Log } from '../log.ts';
import type { Traces } from '../telemetry/traces.ts';
import type { Authenticate } from './authentication.ts';
import { ApiError, errorBody, errors } from './errors.ts';
import {
  createRouter,
  operationRequest,
  type Operation,
  type OperationMatch,
  type OperationReply,
} from './operation.ts';
import { RepeatableResponses } from './repeatability.ts';

interface Dependencies {
  readonly operations: readonly Operation[];
  readonly authenticate: Authenticate;
  /** Of a call under way, by its connection id. */
  readonly correlationIdOf: (callConnectionId: string) => string | undefined;
  readonly faults: Faults;
  readonly traces: Traces;
  readonly log: Log;
}

const MAX_ECHOED_ID = 128;
const FIRST_ERROR = 400;

export function createCallAutomationHandler({
  operations,
  authenticate,
  correlationIdOf,
  faults,
  traces,
  log,
}: Dependencies): HttpHandler {
  const find = createRouter(operations);
  const repeatable = new RepeatableResponses();

  async function perform(
    request: HttpRequest,
    match: OperationMatch | undefined,
    correlationId: string | undefined,
  ): Promise<OperationReply> {
    await authenticate(request);
    if (match === undefined) throw errors.noSuchOperation();
    if (!request.url.searchParams.has('api-version')) throw errors.missingApiVersion();
    const run = async (): Promise<OperationReply> =>
      match.operation.handle(operationRequest(match.parameters, request.url.searchParams, request.body));
    const repeatabilityId = request.headers['repeatability-request-id'];
    if (typeof repeatabilityId !== 'string') return run();
    return repeatable.once(`${request.method} ${request.url.pathname} ${repeatabilityId}`, () =>
      run().catch(toReply(log, correlationId)),
    );
  }

  return async (request) => {
    const startedAt = performance.now();
    const match = find(request.method, request.url.pathname);
    // Looked up first: the operation may end the call.
    const known = correlationIdOf(match?.parameters['callConnectionId'] ?? '');
    const fault = faults.take('call-automation');
    if (fault?.delayMs !== undefined) await wait(fault.delayMs);
    if (fault?.drop === true) return 'drop';
    const performed =
      fault?.status === undefined ? perform(request, match, known) : Promise.reject(errors.ordered(fault.status));
    const { correlationId, ...reply } = await performed.catch(toReply(log, known));
    const durationMs = Math.round(performance.now() - startedAt);
    const about = known ?? correlationId;
    if (about !== undefined) {
      const failure = reply.status >= FIRST_ERROR ? String(reply.status) : undefined;
      const operation = match?.operation.id ?? 'unknown operation';
      traces.begin(about, operation, { 'http.response.status_code': reply.status }, durationMs).end({}, failure);
    }
    log.info(
      {
        operation: match?.operation.id ?? 'unknown',
        status: reply.status,
        correlationId: about,
        durationMs,
      },
      'call automation request',
    );
    return { ...reply, headers: { ...echoedId(request), ...reply.headers } };
  };
}

/** `known` is the correlation id of the call it was about. */
function toReply(log: Log, known: string | undefined): (error: unknown) => OperationReply {
  return (error) => {
    if (!(error instanceof ApiError)) log.error({ correlationId: known, err: error }, 'operation broke');
    const apiError = error instanceof ApiError ? error : errors.internal();
    const headers = { 'x-ms-error-code': apiError.code, ...apiError.headers };
    return { status: apiError.status, headers, body: errorBody(apiError) };
  };
}

function echoedId(request: HttpRequest): Record<string, string> {
  const id = request.headers['x-ms-client-request-id'];
  return typeof id === 'string' && id.length <= MAX_ECHOED_ID ? { 'x-ms-client-request-id': id } : {};
}
