import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { APIError } from 'openai';
import { PortError } from '#core/ports/error';

/** No answer came at all. */
export function notReached(cause: unknown): PortError {
  return new PortError('language-model', 'no response', { retryable: true, cause });
}

/** The library's own error of an answer that is no reply. */
export async function statusError(answer: IncomingMessage): Promise<APIError> {
  const body = await text(answer).catch(() => '');
  const headers = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const told = objectOf(body);
  const error = told === undefined || 'error' in told ? told : { error: told };
  return APIError.generate(answer.statusCode, error, told === undefined ? body : undefined, headers);
}

export function portErrorOf(error: unknown): PortError {
  if (error instanceof PortError) return error;
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

function objectOf(body: string): object | undefined {
  try {
    const told: unknown = JSON.parse(body);
    return typeof told === 'object' && told !== null ? told : undefined;
  } catch {
    return undefined;
  }
}
