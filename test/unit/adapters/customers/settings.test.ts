import { describe, expect, it } from 'vitest';
import { customerSettings } from '#adapters/customers/settings';
import { loadSettings } from '#adapters/settings/load-settings';

const load = (env: Readonly<Record<string, string>>) =>
  loadSettings('test', { customers: customerSettings }, { TOOL_HOSTS: 'crm.example', ...env }).customers;
const byId = { CUSTOMERS_BY_ID_URL: 'https://crm.example/c/{id}' };
const client = {
  CUSTOMERS_TOKEN_URL: 'https://crm.example/token',
  CUSTOMERS_CLIENT_ID: 'me',
  CUSTOMERS_CLIENT_SECRET: 'secret-of-ours',
};

describe('the settings of customers', () => {
  it('are nothing where nothing is set, and the file alone where that is', () => {
    expect(load({})).toEqual({ file: undefined, service: undefined });
    expect(load({ CUSTOMERS_FILE: 'c.yaml' })).toEqual({ file: 'c.yaml', service: undefined });
  });

  it('say how the service knows us', () => {
    expect(load({ ...byId, CUSTOMERS_KEY: 'k' }).service?.access).toEqual({
      by: 'key',
      header: 'authorization',
      value: 'Bearer k',
    });
    expect(load({ ...byId, CUSTOMERS_KEY: 'k', CUSTOMERS_KEY_HEADER: 'X-Key' }).service?.access).toEqual({
      by: 'key',
      header: 'X-Key',
      value: 'k',
    });
    expect(load({ ...byId, ...client }).service?.access).toMatchObject({
      by: 'client-credentials',
      clientId: 'me',
      scope: undefined,
    });
  });

  it.each([
    ['nothing proves who asks', byId, /expected a key.*\n.*CUSTOMERS_KEY/],
    ['a client has no secret', { ...byId, ...client, CUSTOMERS_CLIENT_SECRET: '' }, /CUSTOMERS_CLIENT_SECRET/],
    ['a key and a client are set', { ...byId, ...client, CUSTOMERS_KEY: 'k' }, /not both/],
    ['a host is not listed', { CUSTOMERS_BY_ID_URL: 'https://other.example/{id}' }, /not in TOOL_HOSTS/],
    ['a token’s host is not listed', { ...byId, ...client, CUSTOMERS_TOKEN_URL: 'https://x.example/' }, /TOOL_HOSTS/],
    ['it is not TLS', { CUSTOMERS_BY_ID_URL: 'http://crm.example/{id}' }, /expected https/],
    ['a place is missing', { CUSTOMERS_BY_ID_URL: 'https://crm.example/' }, /expected \{id\} in it/],
    ['a place is another', { CUSTOMERS_PROOF_URL: 'https://crm.example/{number}' }, /no place in it but \{id\}/],
    ['a place is the host', { CUSTOMERS_BY_ID_URL: 'https://{id}.example/' }, /its host without a place/],
    ['it has a password', { CUSTOMERS_BY_ID_URL: 'https://a:b@crm.example/{id}' }, /expected a URL/],
    ['the fields are no paths', { ...byId, CUSTOMERS_KEY: 'k', CUSTOMERS_FIELDS: 'id' }, /CUSTOMERS_FIELDS/],
  ])('stop the start when %s, and say so without a secret', (_, env, message) => {
    expect(() => load(env)).toThrow(message);
    expect(() => load(env)).not.toThrow(/secret-of-ours|a:b@/);
  });
});
