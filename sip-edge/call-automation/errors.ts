/** Every error the REST API answers: HTTP status, code and text in one place (acs-facts 2.7, 9.1). `code` is a string on the wire. */

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string };
}

export function errorBody({ code, message }: { readonly code: string; readonly message: string }): ErrorBody {
  return { error: { code, message } };
}

export const errors = {
  callNotFound: () => new ApiError(404, '8522', 'Call not found.'),
  participantNotFound: () => new ApiError(404, '8522', 'Participant not found.'),
  recordingNotFound: () => new ApiError(404, '8522', 'Recording not found.'),
  /** CCAI knows a stale context by this text (acs-facts 1.5). */
  contextExpired: () =>
    new ApiError(400, '8523', 'The lifetime validation of the signed http request failed: incomingCallContext.'),
  invalidField: (field: string, why: string) => new ApiError(400, '8523', `The field ${field} is invalid: ${why}`),
  /** The documented text of this one case ends with the name. */
  invalidCallbackUri: () => new ApiError(400, '8523', 'The field CallbackUri is invalid.'),
  /** The text is documented as far as the dots. */
  callerIdNotSupported: () =>
    new ApiError(400, '8523', 'Invalid request, SourceCallerIdNumber and SourceDisplayName are not supported...'),
  invalidBody: (why: string) => new ApiError(400, '8523', `The request body is invalid: ${why}`),
  missingApiVersion: () => new ApiError(400, '8523', 'The query parameter api-version is required.'),
  badRequest: () => new ApiError(400, '8523', 'The request is invalid.'),
  notEstablished: () => new ApiError(400, '8501', 'Call is not established.'),
  wrongState: (state: string) => new ApiError(400, '8585', `The operation is not valid in call state ${state}.`),
  operationActive: (what: string) => new ApiError(400, '8500', `${what} is active already.`),
  missingMediaStreaming: () =>
    new ApiError(405, '8522', 'Missing configuration: the call was answered without mediaStreamingOptions.'),
  missingSpeech: () =>
    new ApiError(405, '8522', 'Missing configuration: text can be played only where EDGE_TTS_URL is set.'),
  invalidSipConfiguration: (why: string) =>
    new ApiError(422, 'UnprocessableConfiguration', `The SIP configuration is invalid: ${why}.`),
  transferUnderWay: () => new ApiError(409, '8607', 'Transfer operation conflict.'),
  tooManyOperations: () => new ApiError(412, '8583', 'Too many media operations are waiting.'),
  recordingRunning: () => new ApiError(400, '8559', 'Recording is started already.'),
  unauthorized: (why: string) => new ApiError(401, '7509', `Authentication failed: ${why}.`),
  tooLarge: () => new ApiError(413, '8523', 'The request body is too large.'),
  ordered: (status: number) =>
    new ApiError(
      status,
      status === 429 ? '8516' : '9999',
      'Fault ordered through the control API.',
      status === 429 ? { 'retry-after': '1' } : {},
    ),
  noSuchOperation: () => new ApiError(404, 'NotFound', 'No such operation.'),
  /** 501 is among the statuses that the SDK does not retry. */
  notImplemented: (operationId: string, part = '') =>
    new ApiError(501, '8520', `${operationId}${part === '' ? '' : ` ${part}`} is not implemented by the SIP edge.`),
  internal: () => new ApiError(500, '9999', 'Unknown internal error.'),
} as const;
