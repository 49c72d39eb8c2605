import type { Attempts } from '../identity/attempts.ts';
import type { Customer } from './customer-directory.ts';

export interface StoredAttempts {
  readonly attempts: Attempts;
  /** Opaque (an ETag); undefined when there is no row. */
  readonly version: string | undefined;
}

/** How often a customer's proof was wrong: shared by all bridges, and outlives the call. Throws `PortError`. */
export interface AttemptStore {
  load(customerId: Customer['id'], signal: AbortSignal): Promise<StoredAttempts>;
  /** Gives what is stored now; undefined when somebody else has written since: read and decide again. */
  replace(
    customerId: Customer['id'],
    previous: StoredAttempts,
    next: Attempts,
    signal: AbortSignal,
  ): Promise<StoredAttempts | undefined>;
}
