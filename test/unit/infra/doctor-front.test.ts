import { describe, expect, it } from 'vitest';
import { parseTeamsAppId, type PhoneNumber } from '#core/ids';
import type { Finding } from '../../../infra/doctor/check.ts';
import { telephonyCheck, type FrontInUse } from '../../../infra/doctor/checks/telephony.ts';

const account = parseTeamsAppId('28:orgid:cc123456-5678-5678-1234-ccc123456789') ?? expect.unreachable();
const resourceAccounts = new Map([[account, '+18005550199' as PhoneNumber]]);
const acs: FrontInUse = { front: 'acs', resourceAccounts: new Map(), keySource: 'media', policy: { trunks: ['sbc'] } };
const teams: FrontInUse = { front: 'teams-phone', resourceAccounts, keySource: 'both', policy: { trunks: [] } };
const found = (inUse: FrontInUse): Promise<Finding> => telephonyCheck(inUse).run(new AbortController().signal);

describe('the doctor, of the front', () => {
  it.each([
    ['until when ACS goes', acs, 'acs; retires 2028-09-30: docs/after-acs.md'],
    ['how many accounts Teams Phone has', teams, 'teams-phone; 1 resource accounts'],
    ['that the edge stays', { ...acs, front: 'edge' as const }, 'edge'],
  ])('tells %s', async (_, inUse, detail) => {
    expect(await found(inUse)).toEqual({ kind: 'well', detail });
  });

  it.each([
    ['nobody knows the numbers of the accounts', { resourceAccounts: new Map() }, 'TEAMS_RESOURCE_ACCOUNTS'],
    ['keys may not come with the sound', { keySource: 'media' as const }, 'DTMF_SOURCE=both'],
    ['calls that no SBC brings are refused', { policy: { trunks: ['sbc.contoso.example'] } }, 'add none to the trunks'],
  ])('says that %s, and what to do', async (_, changes, remedy) => {
    expect(await found({ ...teams, ...changes })).toMatchObject({
      kind: 'worth-knowing',
      remedy: expect.stringContaining(remedy) as string,
    });
  });

  it('does not mind trunks when calls without one are welcome', async () => {
    expect(await found({ ...teams, policy: { trunks: ['sbc.contoso.example', 'none'] } })).toMatchObject({
      kind: 'well',
    });
  });
});
