import { describe, expect, it } from 'vitest';
import { allowedAddresses } from '#adapters/http-tools/allowed-addresses';
import type { Subnet } from '#adapters/http-tools/settings';

function resolved(host: string, addresses: readonly string[], listed: readonly Subnet[] = []) {
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  const lookup = allowedAddresses(listed, (_host, _options, callback) => callback(null, found));
  return new Promise<readonly string[] | string>((resolve) => {
    lookup(host, { all: true }, (error, answers) => {
      resolve(error === null ? (answers as { address: string }[]).map(({ address }) => address) : error.message);
    });
  });
}

const REFUSED = 'the host has no address that tools may use';

describe('a listed name', () => {
  it('may be any public address', async () => {
    expect(await resolved('crm.example', ['203.0.113.7', '2001:db8::7'])).toEqual(['203.0.113.7', '2001:db8::7']);
  });

  it.each([
    '127.0.0.1',
    '0.0.0.0',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '168.63.129.16',
    '100.100.100.200',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
  ])('is not asked when it turns out to be %s', async (address) => {
    expect(await resolved('crm.example', [address])).toBe(REFUSED);
    expect(await resolved('crm.example', [address, '203.0.113.7'])).toEqual(['203.0.113.7']);
  });

  it('may be a private address that is listed too', async () => {
    const listed: Subnet[] = [{ address: '10.1.0.0', family: 'ipv4', prefixBits: 16 }];
    expect(await resolved('crm.internal', ['10.1.2.3'], listed)).toEqual(['10.1.2.3']);
    expect(await resolved('crm.internal', ['10.2.2.3'], listed)).toBe(REFUSED);
  });

  it('may be this machine when it is localhost', async () => {
    expect(await resolved('localhost', ['127.0.0.1', '::1'])).toEqual(['127.0.0.1', '::1']);
    expect(await resolved('localhost', ['10.0.0.1'])).toBe(REFUSED);
  });
});
