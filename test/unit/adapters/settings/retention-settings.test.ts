import { describe, expect, it } from 'vitest';
import { retentionSettings } from '#adapters/storage/retention-settings';

describe('how long things are kept', () => {
  it('is a month, and three for wishes to be called back, when nothing is set', () => {
    expect(retentionSettings.parse({})).toEqual({
      days: { calls: 30, sessions: 30, callBacks: 90 },
      schedule: '0 23 2 * * *',
    });
  });

  it('is one setting, and shorter for transcripts where that is asked for', () => {
    const { days } = retentionSettings.parse({ RETENTION_DAYS: '60', TRANSCRIPT_RETENTION_DAYS: '7' });
    expect(days).toEqual({ calls: 60, sessions: 7, callBacks: 90 });
    expect(retentionSettings.parse({ RETENTION_DAYS: '60' }).days.sessions).toBe(60);
  });

  it.each([
    [{ RETENTION_DAYS: '7', TRANSCRIPT_RETENTION_DAYS: '8' }, 'expected 7 at most'],
    [{ RETENTION_DAYS: '0' }, '1 to 3650'],
    [{ RETENTION_DAYS: 'never' }, 'expected a whole number of days'],
    [{ CALL_BACK_RETENTION_DAYS: '1.5' }, 'whole number'],
    [{ RETENTION_SCHEDULE: '23 2 * * *' }, 'expected six fields'],
  ])('is refused where it makes no sense: %j', (env, complaint) => {
    const result = retentionSettings.safeParse(env);
    expect(result.error?.issues.map(({ message }) => message).join()).toContain(complaint);
  });
});
