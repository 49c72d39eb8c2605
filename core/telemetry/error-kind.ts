import { PortError, type PortName } from '../ports/error.ts';
import { unreachable } from '../unreachable.ts';
import type { ErrorKind, MeasuredService } from './measurement.ts';

const TOO_MANY_REQUESTS = 429;
const REQUEST_TIMEOUT = 408;
const FIRST_CLIENT_ERROR = 400;
const FIRST_SERVER_ERROR = 500;

/** Total: what is not a port's error is `other`. */
export function errorKind(error: unknown): ErrorKind {
  if (!(error instanceof PortError)) return 'other';
  const { status, code } = error;
  if (status === TOO_MANY_REQUESTS) return 'throttled';
  if (status === REQUEST_TIMEOUT || code === 'timeout') return 'timeout';
  if (status === undefined) return error.retryable ? 'unreachable' : 'other';
  if (status >= FIRST_SERVER_ERROR) return 'server';
  return status >= FIRST_CLIENT_ERROR ? 'refused' : 'other';
}

/** Whose failure an error of this port is; undefined for what is read from our own files. */
export function serviceOf(port: PortName): MeasuredService | undefined {
  switch (port) {
    case 'call-control':
      return 'call-control';
    case 'speech-to-text':
      return 'speech-in';
    case 'text-to-speech':
      return 'speech-out';
    case 'language-model':
      return 'model';
    case 'customer-directory':
    case 'identity-proof':
      return 'crm';
    case 'queue-status':
    case 'knowledge-base':
      return 'tool';
    case 'call-store':
    case 'session-store':
    case 'watchdog-queue':
    case 'caller-store':
    case 'policy-store':
    case 'bridge-reports':
    case 'call-back-requests':
    case 'kept-rows':
      return 'storage';
    case 'agent-catalogue':
      return undefined;
    default:
      return unreachable(port);
  }
}
