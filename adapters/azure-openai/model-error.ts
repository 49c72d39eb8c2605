import { APIConnectionError, APIError } from 'openai';
import { PortError } from '#core/ports/error';

export function portErrorOf(error: unknown): PortError {
  if (error instanceof PortError) return error;
  // Also its subclass for a time-out.
  if (error instanceof APIConnectionError) {
    return new PortError('language-model', 'no response', { retryable: true, cause: error });
  }
  if (!(error instanceof APIError)) {
    return new PortError('language-model', 'the reply could not be read', { retryable: true, cause: error });
  }
  const { status, code, headers } = error as { status?: number; code?: string | null; headers?: Headers };
  const known = typeof status === 'number';
  const retryAfterMs = retryAfterOf(headers);
  return new PortError('language-model', known ? `status ${status}` : 'the stream reported an error', {
    retryable: !known || status === 408 || status === 429 || status >= 500,
    cause: error,
    ...(known ? { status } : {}),
    ...(typeof code === 'string' ? { code } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** Azure refuses a prompt its filter stopped with status 400: the same end for the caller as a filtered reply. */
export function isFilteredPrompt(error: unknown): boolean {
  return error instanceof APIError && error.status === 400 && error.code === 'content_filter';
}

/** Azure OpenAI says it in milliseconds and, rounded, in seconds (RFC 9110 section 10.2.3). Its date form is not for a pause within a call. */
function retryAfterOf(headers: Headers | undefined): number | undefined {
  const inMs = decimal(headers?.get('retry-after-ms'));
  if (inMs !== undefined) return inMs;
  const inS = decimal(headers?.get('retry-after'));
  return inS === undefined ? undefined : inS * 1_000;
}

function decimal(text: string | null | undefined): number | undefined {
  return typeof text === 'string' && /^\d{1,9}(\.\d{1,6})?$/.test(text.trim()) ? Number(text) : undefined;
}
