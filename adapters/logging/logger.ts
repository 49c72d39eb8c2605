import { pino, type DestinationStream, type Logger } from 'pino';
import * as z from 'zod';
import { describeError } from './describe-error.ts';

export interface LogConfig {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** `redact` keeps what callers say, dial and are called out of the log. */
  readonly callerData: 'redact' | 'plain';
}

export const logSettings = z
  .object({
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    LOG_CALLER_DATA: z.enum(['redact', 'plain']).default('redact'),
  })
  .transform((env): LogConfig => ({ level: env.LOG_LEVEL, callerData: env.LOG_CALLER_DATA }));

/** What a log line may be written with; handlers and sessions take this, not the whole logger. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** Under these names, at the top of a line or one level down, stands what a caller said, typed or is. */
const CALLER_DATA = ['from', 'text', 'key', 'headers', 'caller', 'summary', 'packet', 'customer'];
/** Never in a log, whatever the setting. */
const SECRETS = ['authorization', 'ticket', 'incomingCallContext', 'token', 'accessKey'];

/** JSON lines: `time` in milliseconds since the epoch, `component`, a constant `msg`, and fields. */
export function createLogger(component: string, config: LogConfig, destination?: DestinationStream): Logger {
  const hidden = config.callerData === 'redact' ? [...SECRETS, ...CALLER_DATA] : SECRETS;
  return pino(
    {
      level: config.level,
      base: { component },
      redact: { paths: hidden.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
      serializers: { err: describeError, error: describeError },
    },
    // Written by another thread, so that a slow reader of the log holds up no call; at the end of the process pino writes the rest itself.
    destination ?? pino.destination(1),
  );
}
