import { describe, expect, it } from 'vitest';
import { phoneIdentifier, readTarget } from '../../../../sip-edge/calls/identifiers.ts';

describe('whom a request means', () => {
  it.each([
    [
      { rawId: '4:+15550001', phoneNumber: { value: '+15550001' } },
      { kind: 'phone', number: '+15550001' },
    ],
    [{ rawId: '4:+15550001' }, { kind: 'phone', number: '+15550001' }],
    [
      { kind: 'phoneNumber', phoneNumber: { value: '+15550001' } },
      { kind: 'phone', number: '+15550001' },
    ],
    [{ communicationUser: { id: '8:acs:a_b' } }, { kind: 'elsewhere', identity: '8:acs:a_b' }],
    [{ microsoftTeamsUser: { userId: 'u' } }, { kind: 'elsewhere', identity: 'u' }],
    [{ phoneNumber: { value: '911' } }, { kind: 'unreadable' }],
    [{ rawId: '4:anonymous' }, { kind: 'unreadable' }],
    [{}, { kind: 'unreadable' }],
  ])('%j is %j', (identifier, target) => {
    expect(readTarget(identifier)).toEqual(target);
  });
});

describe('an anonymous caller', () => {
  it('has the raw id of the service', () => {
    expect(phoneIdentifier(undefined)).toMatchObject({ rawId: '4:anonymous', phoneNumber: { isAnonymous: true } });
  });
});
