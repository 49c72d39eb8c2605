import { PortError, type PortName } from '#core/ports/error';

/** The HTTP status of a storage SDK's error, when it got an answer at all. */
export function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}

/** `timedOutAfterMs` is given when our own time budget ended the request. */
export function storageError(
  port: PortName,
  request: string,
  error: unknown,
  timedOutAfterMs: number | undefined,
): PortError {
  if (error instanceof PortError) return error;
  if (timedOutAfterMs !== undefined) {
    return new PortError(port, `${request}: no answer within ${timedOutAfterMs} ms`, { retryable: true, cause: error });
  }
  const status = statusOf(error);
  return new PortError(port, `${request}: ${status ?? 'no response'}`, {
    retryable: status === undefined || status >= 500 || status === 408 || status === 429,
    cause: error,
    ...(status === undefined ? {} : { status }),
  });
}
