import { SipRoutingClient } from '@azure/communication-phone-numbers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EdgeUnderTest } from '../../support/edge-under-test.ts';

let edge: EdgeUnderTest;
let client: SipRoutingClient;
beforeEach(async () => {
  edge = new EdgeUnderTest();
  await edge.start({}, false);
  client = new SipRoutingClient(edge.connectionString, { allowInsecureConnection: true });
});
afterEach(() => edge.close());

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of pages) found.push(item);
  return found;
}

describe('the SIP routing of a resource', () => {
  it('is set and read by the SDK', async () => {
    await client.setTrunks([
      { fqdn: 'one.contoso.com', sipSignalingPort: 5061 },
      { fqdn: 'two.contoso.com', sipSignalingPort: 5062 },
    ]);
    const route = {
      name: 'us',
      description: 'North America',
      numberPattern: String.raw`^\+1\d{10}$`,
      trunks: ['two.contoso.com'],
    };
    await client.setRoutes([route]);
    expect(await all(client.listRoutes())).toEqual([route]);
    expect(await client.getTrunk('two.contoso.com')).toEqual({ fqdn: 'two.contoso.com', sipSignalingPort: 5062 });
    await client.deleteTrunk('one.contoso.com');
    expect(await all(client.listTrunks())).toEqual([{ fqdn: 'two.contoso.com', sipSignalingPort: 5062 }]);
  });

  it('does not lose a trunk that a route needs', async () => {
    await client.setTrunk({ fqdn: 'one.contoso.com', sipSignalingPort: 5061 });
    await client.setRoutes([{ name: 'all', numberPattern: '.*', trunks: ['one.contoso.com'] }]);
    await expect(client.deleteTrunk('one.contoso.com')).rejects.toMatchObject({ statusCode: 422 });
    expect(await all(client.listTrunks())).toHaveLength(1);
  });

  it.each([
    ['a port of 0', { trunks: { 'sbc.contoso.com': { sipSignalingPort: 0 } } }],
    ['a name that is no host name', { trunks: { 'not a host': { sipSignalingPort: 5061 } } }],
    ['a pattern that cannot be read', { routes: [{ name: 'r', numberPattern: '(' }] }],
    ['251 routes', { routes: Array.from({ length: 251 }, (_, index) => ({ name: `r${index}`, numberPattern: '.' })) }],
    [
      '251 trunks',
      {
        trunks: Object.fromEntries(
          Array.from({ length: 251 }, (_, index) => [`t${index}.test`, { sipSignalingPort: 1 }]),
        ),
      },
    ],
    ['a trunk that is not there', { routes: [{ name: 'r', numberPattern: '.', trunks: ['constructor'] }] }],
  ])('is unchanged by a patch with %s', async (_, patch) => {
    const response = await edge.signedFetch('PATCH', '/sip?api-version=2023-03-01', patch);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.headers.get('x-ms-error-code')).not.toBeNull();
    expect(await (await edge.signedFetch('GET', '/sip?api-version=2023-03-01')).json()).toEqual({
      trunks: {},
      routes: [],
    });
  });
});
