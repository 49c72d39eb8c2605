import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planOf, routesFor, type Change, type RoutingState } from '../../../infra/direct-routing/plan.ts';
import { readRouting, type Route, type Trunk } from '../../../infra/direct-routing/routing-file.ts';
import { tellChange } from '../../../infra/direct-routing/tell.ts';
import { problemsOf } from '../../../infra/direct-routing/trunk-health.ts';

const trunk = (name: string, port = 5061): Trunk => ({ fqdn: `${name}.contoso.com`, port });
const route = (name: string, numberPattern = '.*', trunks = ['one']): Route => ({
  name,
  description: '',
  numberPattern,
  trunks: trunks.map((one) => `${one}.contoso.com`),
});

/** What a resource makes of the changes, seen from its requests: trunks one by one, the routes as a whole. */
function applied(now: RoutingState, changes: readonly Change[], wanted: RoutingState): RoutingState {
  const trunks = new Map(now.trunks.map((one) => [one.fqdn, one]));
  for (const change of changes) {
    if (change.kind === 'add-trunk' || change.kind === 'change-trunk') trunks.set(change.trunk.fqdn, change.trunk);
    if (change.kind === 'remove-trunk') trunks.delete(change.trunk.fqdn);
  }
  const routesChange = changes.some(({ kind }) => kind.endsWith('-route'));
  return { trunks: [...trunks.values()], routes: routesChange ? wanted.routes : now.routes };
}

const anyTrunks = fc.uniqueArray(fc.constantFrom('one', 'two', 'three', 'four'), { maxLength: 4 });
const anyState: fc.Arbitrary<RoutingState> = anyTrunks.chain((names) =>
  fc.record({
    trunks: fc.tuple(...names.map((name) => fc.constantFrom(5061, 5062).map((port) => trunk(name, port)))),
    routes: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom('us', 'uk', 'es', 'rest'),
        description: fc.constantFrom('', 'somewhere'),
        numberPattern: fc.constantFrom('.*', String.raw`^\+1`),
        trunks: fc.subarray(names.map((name) => `${name}.contoso.com`)),
      }),
      { selector: ({ name }) => name },
    ),
  }),
);

describe('the plan of a routing', () => {
  it('has nothing to change once it was carried out, whatever there was before', () => {
    fc.assert(
      fc.property(anyState, anyState, (now, wanted) => {
        expect(planOf(applied(now, planOf(now, wanted), wanted), wanted)).toEqual([]);
      }),
    );
  });

  it('has nothing to change where all is as wanted', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        expect(planOf(state, state)).toEqual([]);
      }),
    );
  });

  it('adds trunks before the routes that name them, and removes them after', () => {
    const now = { trunks: [trunk('old')], routes: [route('all', '.*', ['old'])] };
    const wanted = { trunks: [trunk('new')], routes: [route('all', '.*', ['new'])] };
    expect(planOf(now, wanted).map(({ kind }) => kind)).toEqual(['add-trunk', 'change-route', 'remove-trunk']);
  });

  it('notices that two routes changed places, since the first that fits is taken', () => {
    const trunks = [trunk('one')];
    const now = { trunks, routes: [route('us', String.raw`^\+1`), route('rest')] };
    const wanted = { trunks, routes: [route('rest'), route('us', String.raw`^\+1`)] };
    expect(planOf(now, wanted).map(tellChange)).toEqual([
      '~ route  rest: tried earlier, as number 1',
      '~ route  us: tried later, as number 2',
    ]);
  });

  it('does not call a route moved because another one before it went', () => {
    const trunks = [trunk('one')];
    const now = { trunks, routes: [route('us'), route('rest')] };
    expect(planOf(now, { trunks, routes: [route('rest')] }).map(({ kind }) => kind)).toEqual(['remove-route']);
  });
});

describe('the route of a number', () => {
  const routes = [route('washington', String.raw`^\+1(425|206)\d{7}$`), route('us', String.raw`^\+1`)];

  it('is the first that fits, and the next when its trunks are down', () => {
    expect(routesFor('+14255550100', routes).map(({ name }) => name)).toEqual(['washington', 'us']);
  });

  it('is none where no pattern fits', () => {
    expect(routesFor('+34910000000', routes)).toEqual([]);
  });
});

describe('the routing file', () => {
  const text = (lines: readonly string[]): string => lines.join('\n');

  it.each([
    [
      ['domains: [contoso.com]', 'trunks: [{fqdn: sbc.fabrikam.com}]'],
      'routing.yaml:2: trunks.0.fqdn: in none of the domains',
    ],
    [['domains: [contoso.com]', 'trunks: [{fqdn: SBC.contoso.com}]'], 'expected a host name in lower case'],
    [
      [
        'domains: [contoso.com]',
        'trunks: []',
        'routes:',
        '  - {name: a, numberPattern: ".*", trunks: [x.contoso.com]}',
      ],
      'routing.yaml:4: routes.0.trunks.0: no trunk is called "x.contoso.com"',
    ],
    [['domains: [contoso.com]', 'trunks: []', 'routes: [{name: a, numberPattern: "("}]'], 'not a regular expression'],
    [
      ['domains: [contoso.com]', 'trunks:', '  - {fqdn: a.contoso.com}', '  - {fqdn: a.contoso.com}'],
      'routing.yaml:4: trunks.1.fqdn: is there already',
    ],
  ])('%j is refused with its place', (lines, problem) => {
    const read = readRouting(text(lines), 'routing.yaml');
    expect(read.ok ? [] : read.problems.join('\n')).toContain(problem);
  });
});

describe('the health of an SBC', () => {
  const well = { fqdn: 'sbc.contoso.com', tls: 'ok', ping: 'ok', overall: 'active', reason: undefined };

  it.each([
    ['everything is well', {}, 0],
    ['nothing is known', { tls: 'unknown', ping: 'unknown', overall: 'unknown' }, 0],
    ['nobody calls at night', { overall: 'inactive', reason: 'noRecentCalls' }, 0],
    ['it no longer pings', { ping: 'expired', overall: 'inactive', reason: 'noRecentPings' }, 1],
    ['its pings are refused', { ping: 'error' }, 1],
    ['it is inactive and nothing says why', { overall: 'inactive' }, 1],
    ['it no longer pings and its certificate has ended', { ping: 'expired', tls: 'certExpired' }, 2],
    ['the service has a new word', { overall: 'somethingNew' }, 0],
  ])('when %s', (_when, change, problems) => {
    expect(problemsOf({ ...well, ...change })).toHaveLength(problems);
  });
});
