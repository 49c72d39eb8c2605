import type { ServerResponse } from 'node:http';
import { sendJson } from '../../http/body.ts';

/** What is answered instead of a completion: status, and a body under `error`. The client reads `code` and `status`; the words are guesses (README). */
export interface ServiceError {
  readonly status: number;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly type?: string;
    readonly param?: string;
    readonly innererror?: object;
  };
  readonly retryAfterMs?: number;
}

export function accessDenied(): ServiceError {
  const message =
    'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.';
  return { status: 401, error: { code: '401', message } };
}

export function resourceNotFound(): ServiceError {
  return { status: 404, error: { code: '404', message: 'Resource not found' } };
}

export function deploymentNotFound(): ServiceError {
  const message =
    'The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.';
  return { status: 404, error: { code: 'DeploymentNotFound', message } };
}

export function invalidRequest(message: string, param: string): ServiceError {
  return { status: 400, error: { code: 'invalid_request', message, type: 'invalid_request_error', param } };
}

export function requestTooLarge(): ServiceError {
  return { status: 413, error: { code: '413', message: 'Request body too large' } };
}

/** An error that a script asks for; the ones Azure words itself get its words. */
export function scriptedError(status: number, code: string): ServiceError {
  if (code === 'content_filter') {
    const message =
      "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.";
    const result = { violence: { filtered: true, severity: 'medium' } };
    const innererror = { code: 'ResponsibleAIPolicyViolation', content_filter_result: result };
    return { status, error: { code, message, param: 'prompt', innererror } };
  }
  const error = { code, message: `The script asks for an error with status ${status}` };
  return status === 429 ? { status, error, retryAfterMs: 1_000 } : { status, error };
}

export function faultyError(status: number, retryAfterMs: number | undefined): ServiceError {
  const error = { code: String(status), message: 'The service is asked to fail' };
  return retryAfterMs === undefined ? { status, error } : { status, error, retryAfterMs };
}

/** Azure says the pause twice: in milliseconds, and rounded up in seconds. */
export function sendError(response: ServerResponse, { status, error, retryAfterMs }: ServiceError): void {
  if (retryAfterMs !== undefined && !response.headersSent) {
    response.setHeader('retry-after-ms', String(retryAfterMs));
    response.setHeader('retry-after', String(Math.ceil(retryAfterMs / 1_000)));
  }
  sendJson(response, status, { error });
}
