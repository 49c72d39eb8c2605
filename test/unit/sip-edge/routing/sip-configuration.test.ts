import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyPatch, MAX_TRUNKS, type SipConfiguration } from '../../../../sip-edge/routing/sip-configuration.ts';

const before: SipConfiguration = {
  trunks: { 'one.test': { sipSignalingPort: 5061 }, 'two.test': { sipSignalingPort: 5062 } },
  routes: [{ name: 'all', numberPattern: '.*', trunks: ['one.test'] }],
};

describe('a patch of the SIP configuration', () => {
  it('changes only what it names', () => {
    expect(applyPatch(before, { trunks: { 'two.test': null, 'Three.test': { sipSignalingPort: 5063 } } })).toEqual({
      kind: 'changed',
      configuration: {
        trunks: { 'one.test': { sipSignalingPort: 5061 }, 'three.test': { sipSignalingPort: 5063 } },
        routes: before.routes,
      },
    });
  });

  it('empties what is null', () => {
    expect(applyPatch(before, { trunks: null, routes: null })).toEqual({
      kind: 'changed',
      configuration: { trunks: {}, routes: [] },
    });
  });

  it('is refused when a route would lose its trunk, or two routes have one name', () => {
    expect(applyPatch(before, { trunks: { 'one.test': null } }).kind).toBe('refused');
    const route = { name: 'same', numberPattern: '.' };
    expect(applyPatch(before, { routes: [route, route] }).kind).toBe('refused');
  });

  it('done twice is the same as once, and never passes the limit', () => {
    const patch = fc.dictionary(
      fc.nat(400).map((number) => `t${number}.test`),
      fc.option(fc.record({ sipSignalingPort: fc.integer({ min: 1, max: 65_535 }) })),
      { maxKeys: 400 },
    );
    fc.assert(
      fc.property(patch, (trunks) => {
        const once = applyPatch({ trunks: {}, routes: [] }, { trunks });
        if (once.kind === 'refused') return;
        expect(Object.keys(once.configuration.trunks).length).toBeLessThanOrEqual(MAX_TRUNKS);
        expect(applyPatch(once.configuration, { trunks })).toEqual(once);
      }),
    );
  });
});
