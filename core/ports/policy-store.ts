/** The admission policy in force, as text, with what is needed to replace exactly this one. */
export interface StoredPolicy {
  readonly yaml: string;
  /** Milliseconds since the epoch, by the clock of the storage. */
  readonly changedAtMs: number;
  /** Opaque (an ETag). */
  readonly version: string;
}

/** One policy for a whole deployment, changed while it runs. Throws `PortError`. */
export interface PolicyStore {
  /** `undefined` where nobody has put one. */
  load(signal: AbortSignal): Promise<StoredPolicy | undefined>;
  /** `previous` is what was there; `false` when somebody has changed it since. */
  replace(previous: StoredPolicy | undefined, yaml: string, signal: AbortSignal): Promise<boolean>;
  /** `false` when somebody has changed it since. */
  remove(previous: StoredPolicy, signal: AbortSignal): Promise<boolean>;
}
