import { describe, expect, it } from 'vitest';
import { telephonySettings } from '#adapters/call-automation/telephony-settings';
import { loadSettings, type Environment } from '#adapters/settings/load-settings';

const ACCOUNT = 'cc123456-5678-5678-1234-ccc123456789';
const AZURE = 'https://contoso.communication.azure.com';
const load = (env: Environment) => loadSettings('functions', { telephony: telephonySettings }, env).telephony;

describe('the front', () => {
  it('is Communication Services where nothing is said', () => {
    expect(load({ ACS_ENDPOINT: AZURE, TRANSFER_CALLER_ID: 'caller' })).toEqual({
      front: 'acs',
      resourceAccounts: new Map(),
      callQueues: new Map(),
    });
  });

  it('knows which number each resource account of Teams has', () => {
    const TEAMS_RESOURCE_ACCOUNTS = `+18005550199=${ACCOUNT.toUpperCase()}, +18005550188=aa123456-5678-5678-1234-ccc123456789`;
    const { resourceAccounts } = load({ TELEPHONY: 'teams-phone', TEAMS_RESOURCE_ACCOUNTS });
    expect([...resourceAccounts]).toEqual([
      [`28:orgid:${ACCOUNT}`, '+18005550199'],
      ['28:orgid:aa123456-5678-5678-1234-ccc123456789', '+18005550188'],
    ]);
  });

  it('knows which queues are call queues of Teams', () => {
    const { callQueues } = load({ TELEPHONY: 'teams-phone', TEAMS_CALL_QUEUES: `+18005550110=${ACCOUNT}` });
    expect([...callQueues]).toEqual([['+18005550110', `28:orgid:${ACCOUNT}`]]);
  });

  it.each([
    ['one that there is not', { TELEPHONY: 'teams' }, /"acs", "teams-phone" or "edge"[^]*TELEPHONY/],
    [
      "a caller id that Teams Phone refuses, the caller's",
      { TELEPHONY: 'teams-phone', TRANSFER_CALLER_ID: 'caller' },
      /8523[^]*"none"[^]*TRANSFER_CALLER_ID/,
    ],
    [
      'a caller id that Teams Phone refuses, a number',
      { TELEPHONY: 'teams-phone', TRANSFER_CALLER_ID: '+18005550199' },
      /TRANSFER_CALLER_ID/,
    ],
    [
      'resource accounts where none is ever called',
      { TELEPHONY: 'acs', TEAMS_RESOURCE_ACCOUNTS: `+18005550199=${ACCOUNT}` },
      /TELEPHONY=teams-phone[^]*TEAMS_RESOURCE_ACCOUNTS/,
    ],
    [
      'call queues of Teams where none can be reached',
      { TELEPHONY: 'acs', TEAMS_CALL_QUEUES: `+18005550110=${ACCOUNT}` },
      /TELEPHONY=teams-phone[^]*TEAMS_CALL_QUEUES/,
    ],
    ['the edge with the keys of Microsoft', { TELEPHONY: 'edge' }, /calling\/keys[^]*ACS_JWKS_URL/],
    [
      'the edge at the address of Microsoft',
      { TELEPHONY: 'edge', ACS_ENDPOINT: `${AZURE}/`, ACS_JWKS_URL: 'https://edge.contoso.example/calling/keys' },
      /ACS_ENDPOINT/,
    ],
    ['an account that is no object id', { TELEPHONY: 'teams-phone', TEAMS_RESOURCE_ACCOUNTS: '+1800=me' }, /number/],
    [
      'an account that is there twice',
      { TELEPHONY: 'teams-phone', TEAMS_RESOURCE_ACCOUNTS: `+18005550199=${ACCOUNT},+18005550188=${ACCOUNT}` },
      /each number and id once[^]*TEAMS_RESOURCE_ACCOUNTS/,
    ],
  ])('stops the start when it is %s', (_, env, complaint) => {
    expect(() => load(env)).toThrow(complaint);
  });

  it('is the edge at an address of its own, with keys of its own', () => {
    const env = {
      ACS_ENDPOINT: 'https://edge.contoso.example',
      ACS_JWKS_URL: 'https://edge.contoso.example/calling/keys',
    };
    expect(load({ TELEPHONY: 'edge', TRANSFER_CALLER_ID: 'caller', ...env }).front).toBe('edge');
  });
});
