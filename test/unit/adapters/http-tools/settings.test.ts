import { describe, expect, it } from 'vitest';
import { toolSettings } from '#adapters/http-tools/settings';
import { loadSettings } from '#adapters/settings/load-settings';

const load = (env: Readonly<Record<string, string>>) => loadSettings('test', { tools: toolSettings }, env).tools;

describe('the settings of tools', () => {
  it('list hosts, addresses and subnets, and nothing is allowed without them', () => {
    expect(load({})).toMatchObject({ hosts: [], addresses: [] });
    expect(load({ TOOL_HOSTS: 'CRM.contoso.example, localhost:7071,10.1.2.3,[::1]:8080,10.2.0.0/16' })).toMatchObject({
      hosts: ['crm.contoso.example', 'localhost:7071', '10.1.2.3', '[::1]:8080'],
      addresses: [
        { address: '10.1.2.3', family: 'ipv4', prefixBits: 32 },
        { address: '10.2.0.0', family: 'ipv4', prefixBits: 16 },
      ],
    });
  });

  it.each(['https://crm.example', 'crm.example/path', 'a@crm.example', '*.example', '10.0.0.0/33', '0x7f.1', 'a b'])(
    'refuse %s as a host',
    (entry) => {
      expect(() => load({ TOOL_HOSTS: `crm.example,${entry}` })).toThrow(/entry 2 is no host.*\n.*TOOL_HOSTS/);
    },
  );

  it('give each secret by its name', () => {
    expect(load({ TOOL_SECRET_CRM_KEY: 's3cret', OTHER: 'x' }).secrets).toEqual(new Map([['CRM_KEY', 's3cret']]));
  });

  it('refuse a secret that no header can carry, and do not say it', () => {
    expect(() => load({ TOOL_SECRET_CRM_KEY: 'one\r\ntwo' })).toThrow(/TOOL_SECRET_CRM_KEY/);
    expect(() => load({ TOOL_SECRET_CRM_KEY: 'one\r\ntwo' })).not.toThrow(/one/);
  });
});
