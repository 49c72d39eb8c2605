import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contradictions, FRONT_ABILITIES, FRONTS, type FrontSettings } from '#core/telephony/front';

const fitting: Readonly<Record<(typeof FRONTS)[number], FrontSettings>> = {
  acs: {
    showsCallerId: true,
    knowsResourceAccounts: false,
    namesCallQueues: false,
    hasOwnTokenKeys: false,
    asksMicrosoft: true,
  },
  'teams-phone': {
    showsCallerId: false,
    knowsResourceAccounts: true,
    namesCallQueues: true,
    hasOwnTokenKeys: false,
    asksMicrosoft: true,
  },
  edge: {
    showsCallerId: true,
    knowsResourceAccounts: false,
    namesCallQueues: false,
    hasOwnTokenKeys: true,
    asksMicrosoft: false,
  },
};

describe('a front', () => {
  it.each(FRONTS)('has nothing against settings made for it: %s', (front) => {
    expect(contradictions(front, fitting[front])).toEqual([]);
  });

  it.each([
    ['teams-phone', { showsCallerId: true }, 'caller-id-refused'],
    ['acs', { knowsResourceAccounts: true }, 'no-resource-accounts'],
    ['edge', { knowsResourceAccounts: true }, 'no-resource-accounts'],
    ['acs', { namesCallQueues: true }, 'no-call-queues'],
    ['edge', { namesCallQueues: true }, 'no-call-queues'],
    ['edge', { hasOwnTokenKeys: false }, 'token-keys-of-microsoft'],
    ['edge', { asksMicrosoft: true }, 'asks-microsoft'],
  ] as const)('%s contradicts %j', (front, changes, contradiction) => {
    expect(contradictions(front, { ...fitting[front], ...changes })).toEqual([contradiction]);
  });

  it('contradicts a shown caller id exactly where a transfer with one is refused, whatever else is set', () => {
    const settings = fc.record({
      showsCallerId: fc.boolean(),
      knowsResourceAccounts: fc.boolean(),
      namesCallQueues: fc.boolean(),
      hasOwnTokenKeys: fc.boolean(),
      asksMicrosoft: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.constantFrom(...FRONTS), settings, (front, given) => {
        const refused = FRONT_ABILITIES[front].callerIdOnTransfer === 'refused' && given.showsCallerId;
        expect(contradictions(front, given).includes('caller-id-refused')).toBe(refused);
      }),
    );
  });
});
