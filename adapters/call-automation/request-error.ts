import { PortError } from '#core/ports/error';

/** "Not established", "terminated", "not valid in the current state": the caller has hung up (acs-facts 8 and 9.1). */
const GONE_CODES = new Set(['8501', '8522', '8528', '8585']);

/** "Invalid media mode (operation already active)". */
const ALREADY_ACTIVE = '8500';

/** Statuses that may be over a moment later. */
const PASSING_STATUSES = new Set([408, 429]);

/** `timedOutAfterMs` is given when our own time budget ended the request. */
export function portErrorOf(request: string, error: unknown, timedOutAfterMs: number | undefined): PortError {
  if (error instanceof PortError) return error;
  if (timedOutAfterMs !== undefined) {
    return new PortError('call-control', `${request}: no answer within ${timedOutAfterMs} ms`, {
      retryable: true,
      cause: error,
    });
  }
  // Anything but the SDK's RestError is a response that it could not make sense of.
  if (!(error instanceof Error) || error.name !== 'RestError') {
    return new PortError('call-control', `${request}: the response could not be read`, {
      retryable: false,
      cause: error,
    });
  }
  const { statusCode: status, code } = error as { statusCode?: number; code?: string };
  const retryable = status === undefined || status >= 500 || PASSING_STATUSES.has(status);
  return new PortError(
    'call-control',
    `${request}: ${status ?? 'no response'}${code === undefined ? '' : `/${code}`}`,
    {
      retryable,
      cause: error,
      ...(status === undefined ? {} : { status }),
      ...(code === undefined ? {} : { code }),
    },
  );
}

/** What the life cycle keeps of a refusal: the SIP status, and ACS's sub-code; 0 for what is not known. */
export function codesOf({ status, code }: PortError): { readonly code: number; readonly subCode: number } {
  return { code: status ?? 0, subCode: Number(code ?? 0) || 0 };
}

/** What was asked for is running already (acs-facts 9.1). */
export function isUnderWay({ code }: PortError): boolean {
  return code === ALREADY_ACTIVE;
}

/** Status 405 also comes with 8522, and means a missing configuration: so 400 and 404 only. */
export function isGone(error: unknown): boolean {
  if (!(error instanceof PortError)) return false;
  return error.status === 404 || (error.status === 400 && error.code !== undefined && GONE_CODES.has(error.code));
}
