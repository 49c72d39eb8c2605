export type PortName =
  | 'call-control'
  | 'call-store'
  | 'session-store'
  | 'watchdog-queue'
  | 'speech-to-text'
  | 'text-to-speech'
  | 'language-model'
  | 'customer-directory'
  | 'caller-store'
  | 'identity-proof'
  | 'policy-store'
  | 'bridge-reports'
  | 'knowledge-base'
  | 'queue-status'
  | 'call-back-requests'
  | 'kept-rows'
  | 'agent-catalogue';

/** The one error a port throws. `retryable` says whether the same call may succeed a moment later; `status` is the far side's HTTP status when it had one. */
export class PortError extends Error {
  override readonly name = 'PortError';
  readonly port: PortName;
  readonly retryable: boolean;
  readonly status: number | undefined;
  /** The far side's own code, such as ACS's "8522". */
  readonly code: string | undefined;
  /** How long the far side asks to be left alone; unbounded, as it said it. */
  readonly retryAfterMs: number | undefined;

  constructor(
    port: PortName,
    message: string,
    details: {
      readonly retryable: boolean;
      readonly status?: number;
      readonly code?: string;
      readonly retryAfterMs?: number;
      readonly cause?: unknown;
    },
  ) {
    super(`${port}: ${message}`, { cause: details.cause });
    this.port = port;
    this.retryable = details.retryable;
    this.status = details.status;
    this.code = details.code;
    this.retryAfterMs = details.retryAfterMs;
  }
}
