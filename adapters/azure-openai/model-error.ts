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
  const { status, code } = error as { status?: number; code?: string | null };
  const known = typeof status === 'number';
  return new PortError('language-model', known ? `status ${status}` : 'the stream reported an error', {
    retryable: !known || status === 408 || status === 429 || status >= 500,
    cause: error,
    ...(known ? { status } : {}),
    ...(typeof code === 'string' ? { code } : {}),
  });
}

/** Azure refuses a prompt its filter stopped with status 400: the same end for the caller as a filtered reply. */
export function isFilteredPrompt(error: unknown): boolean {
  return error instanceof APIError && error.status === 400 && error.code === 'content_filter';
}
