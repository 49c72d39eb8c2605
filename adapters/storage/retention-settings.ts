import * as z from 'zod';
import type { RetentionDays } from '#core/retention/retention';

const DEFAULT_DAYS = 30;
const CALL_BACK_DEFAULT_DAYS = 90;
const DAYS_MAX = 3_650;
/** In the night of most of Europe and before the night of the Americas, and not on the hour, when everybody's timers run. */
const DEFAULT_SCHEDULE = '0 23 2 * * *';

const expected = `expected a whole number of days, 1 to ${DAYS_MAX}`;
const days = z.coerce.number(expected).int(expected).min(1, expected).max(DAYS_MAX, expected);

export interface RetentionConfig {
  readonly days: RetentionDays;
  /** NCRONTAB of six fields, UTC. */
  readonly schedule: string;
}

/** How long what is kept of callers is kept, and when what is past that is deleted. */
export const retentionSettings = z
  .object({
    RETENTION_DAYS: days.default(DEFAULT_DAYS),
    TRANSCRIPT_RETENTION_DAYS: days.optional(),
    CALL_BACK_RETENTION_DAYS: days.default(CALL_BACK_DEFAULT_DAYS),
    RETENTION_SCHEDULE: z
      .string()
      .regex(/^\S+(?: \S+){5}$/, 'expected six fields, such as "0 23 2 * * *"')
      .default(DEFAULT_SCHEDULE),
  })
  .transform((env, context): RetentionConfig => {
    const calls = env.RETENTION_DAYS;
    const sessions = env.TRANSCRIPT_RETENTION_DAYS ?? calls;
    if (sessions > calls) {
      const message = `expected ${calls} at most, as RETENTION_DAYS: nobody finds the transcript of a call whose row is gone`;
      context.addIssue({ code: 'custom', path: ['TRANSCRIPT_RETENTION_DAYS'], message });
    }
    return { days: { calls, sessions, callBacks: env.CALL_BACK_RETENTION_DAYS }, schedule: env.RETENTION_SCHEDULE };
  });
