/**
 * What Microsoft leaves undocumented, and faults, changeable while the edge runs (control API). Each field names one
 * row of the fidelity table in README.md.
 */
import * as z from 'zod';
import { resourceAccountsSchema } from './calls/identifiers.ts';

const milliseconds = z.number().int().min(0).max(600_000);
export const refusalStatus = z.number().int().min(400).max(699);

export const settingsSchema = z.strictObject({
  /** How `customContext.sipHeaders` keys are written (acs-facts 1.4). */
  headerCasing: z.enum(['rfc', 'first-letter-lower', 'user-to-user']).default('rfc'),
  /**
   * Numbers of Teams resource accounts, with the accounts' object ids. A call to one comes as in Teams Phone Extensibility: called is the account, and no
   * transfer may show a caller id. Any other call comes as over ACS Direct Routing, since one resource can have both.
   */
  teamsResourceAccounts: resourceAccountsSchema.default({}),
  /**
   * When the application's leg is given up after a REFER was accepted. `early` is what was recorded of the service's front
   * (acs-facts 5.3); a queue that refuses later than that leaves the caller with nobody, so it is not the default.
   */
  transferBye: z.enum(['early', 'after-final-notify']).default('after-final-notify'),
  /** Between the acceptance of the REFER and an early BYE; a failure reported in between still counts (acs-facts 5.3: about 280 ms). */
  earlyByeDelayMs: milliseconds.default(280),
  /** Longest a transfer may take from request to outcome (acs-facts 5.2). */
  transferTimeoutMs: milliseconds.min(1).default(60_000),
  /** How long an IncomingCall that nobody takes rings (acs-facts 1.5). */
  ringTimeoutMs: milliseconds.min(1).default(30_000),
  /** How long an incomingCallContext can be used; never longer than the ring. */
  contextLifetimeMs: milliseconds.min(1).default(30_000),
  /** What the SBC sees when the application rejects a call, by the reason it gives (acs-facts 6.4: inferred). */
  reject: z
    .strictObject({
      /** 603 tells it not to try anywhere else; 503 takes the call to its next route. */
      none: refusalStatus.default(603),
      busy: refusalStatus.default(486),
      forbidden: refusalStatus.default(403),
      /** Beside 503 only. For so long an SBC sends us nothing else (RFC 3261 21.5.4); 0 leaves the header out. */
      retryAfterS: z.number().int().min(0).max(3_600).default(5),
    })
    .prefault({}),
  eventGrid: z
    .strictObject({
      maxDeliveryAttempts: z.number().int().min(1).max(30).default(2),
      eventTtlMs: milliseconds.default(60_000),
      /** The published retry table is multiplied by this, so that a test need not wait minutes. */
      retryTimeScale: z.number().min(0).max(1).default(1),
      /** Further copies of every event, with the same id. */
      duplicates: z.number().int().min(0).max(5).default(0),
      delayMs: milliseconds.default(0),
    })
    .prefault({}),
  callbacks: z
    .strictObject({
      /** Events overtake each other within `shuffleWindowMs`. */
      shuffle: z.boolean().default(false),
      shuffleWindowMs: milliseconds.default(150),
      duplicates: z.number().int().min(0).max(5).default(0),
      delayMs: milliseconds.default(0),
      /** Further attempts after a time-out, a lost connection, 5xx, 408 or 429 (acs-facts 3.6: undocumented). */
      retries: z.number().int().min(0).max(10).default(3),
      /** Before the first further attempt; doubled before each one after it, up to 30 s. */
      retryDelayMs: milliseconds.default(1_000),
      timeoutMs: milliseconds.min(1).default(10_000),
    })
    .prefault({}),
  media: z
    .strictObject({
      /** Further connection attempts after a media socket was lost (acs-facts 4.2: undocumented). */
      reconnectAttempts: z.number().int().min(0).max(10).default(0),
      reconnectDelayMs: milliseconds.default(500),
      /** Audio beyond this, sent faster than it is played, is dropped with a warning (acs-facts 4.4: undocumented). */
      outboundBufferMs: milliseconds.min(20).default(30_000),
    })
    .prefault({}),
});

export type EdgeSettings = z.infer<typeof settingsSchema>;

const patchSchema = z.strictObject({
  headerCasing: settingsSchema.shape.headerCasing.unwrap().optional(),
  teamsResourceAccounts: resourceAccountsSchema.optional(),
  transferBye: settingsSchema.shape.transferBye.unwrap().optional(),
  earlyByeDelayMs: milliseconds.optional(),
  transferTimeoutMs: milliseconds.min(1).optional(),
  ringTimeoutMs: milliseconds.min(1).optional(),
  contextLifetimeMs: milliseconds.min(1).optional(),
  reject: z.record(z.string(), z.unknown()).optional(),
  eventGrid: z.record(z.string(), z.unknown()).optional(),
  callbacks: z.record(z.string(), z.unknown()).optional(),
  media: z.record(z.string(), z.unknown()).optional(),
});

/** Holds the settings in force; readers ask each time, so a change counts from the next call, event or transfer. */
export class SettingsStore {
  #current: EdgeSettings;

  constructor(initial: z.input<typeof settingsSchema> = {}) {
    this.#current = settingsSchema.parse(initial);
  }

  get current(): EdgeSettings {
    return this.#current;
  }

  /** Changes only what `patch` names. Throws a ZodError that names every wrong field, and then changes nothing. */
  change(patch: unknown): EdgeSettings {
    const wanted = patchSchema.parse(patch);
    const merged = {
      ...this.#current,
      ...wanted,
      reject: { ...this.#current.reject, ...wanted.reject },
      eventGrid: { ...this.#current.eventGrid, ...wanted.eventGrid },
      callbacks: { ...this.#current.callbacks, ...wanted.callbacks },
      media: { ...this.#current.media, ...wanted.media },
    };
    this.#current = settingsSchema.parse(merged);
    return this.#current;
  }
}
