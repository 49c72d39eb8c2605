import { PortError } from '#core/ports/error';

/** "Not established", "terminated", "not valid in the current state": the caller has hung up (acs-facts 8 and 9.1). */
const GONE_CODES = new Set(['8501', '8522', '8528', '8585']);

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
  const { status, code } = factsOf(error);
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

/** Status 405 also comes with 8522, and means a missing configuration: so 400 and 404 only. */
export function isGone(error: unknown): boolean {
  if (!(error instanceof PortError)) return false;
  return error.status === 404 || (error.status === 400 && error.code !== undefined && GONE_CODES.has(error.code));
}

/** The SDK's RestError by its shape: its package is not ours to depend on. */
function factsOf(error: unknown): { status: number | undefined; code: string | undefined } {
  if (typeof error !== 'object' || error === null) return { status: undefined, code: undefined };
  const { statusCode, code } = error as { statusCode?: unknown; code?: unknown };
  return {
    status: typeof statusCode === 'number' ? statusCode : undefined,
    code: typeof code === 'string' ? code : undefined,
  };
}
