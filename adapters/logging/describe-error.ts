import { PortError } from '#core/ports/error';

const MESSAGE_MAX_CHARS = 500;
const CAUSES_MAX = 3;

/**
 * What a log line says of an error. SDK errors carry whole requests, with their tokens, and a far side's message may quote ours,
 * so only named fields leave, bounded, and tickets in URLs are cut out.
 */
export function describeError(error: unknown): Record<string, unknown> {
  return describe(error, CAUSES_MAX);
}

function describe(error: unknown, causesLeft: number): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: safe(typeof error === 'string' ? error : typeof error) };
  return {
    type: error.name,
    message: safe(error.message),
    ...(error instanceof PortError
      ? { port: error.port, retryable: error.retryable, status: error.status, code: error.code }
      : { stack: safe(error.stack ?? '') }),
    // A cause in words is the far side's own: it may quote what was said.
    ...(error.cause instanceof Error && causesLeft > 0 ? { cause: describe(error.cause, causesLeft - 1) } : {}),
  };
}

function safe(text: string): string {
  return text.slice(0, MESSAGE_MAX_CHARS).replaceAll(/(ticket|code|sig|signature)=[^&\s"']+/gi, '$1=[redacted]');
}
