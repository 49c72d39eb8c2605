import type { LookupAddress, LookupAllOptions } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { Subnet } from './settings.ts';

/** `dns.lookup` with `all`, or a test's. */
export type ResolveHost = (
  host: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Addresses that are no public host's: RFC 6890 and its IPv6 fellows. Among them are the metadata services of clouds. */
const SPECIAL: readonly [string, number, 'ipv4' | 'ipv6'][] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  // Azure's own, for every virtual machine: DNS, health, the guest agent.
  ['168.63.129.16', 32, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 127, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 9, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

/**
 * Resolves names for connections, and gives only addresses a request may go to: checked where the connection is made, so that no answer of a name
 * server in between makes a difference. `localhost` may be this machine.
 */
export function allowedAddresses(listed: readonly Subnet[], resolve: ResolveHost): LookupFunction {
  const special = new BlockList();
  for (const [address, prefixBits, family] of SPECIAL) special.addSubnet(address, prefixBits, family);
  const allowed = new BlockList();
  for (const { address, prefixBits, family } of listed) allowed.addSubnet(address, prefixBits, family);
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');

  const mayBe = (host: string, address: string): boolean => {
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (!special.check(address, family) || allowed.check(address, family)) return true;
    return host === 'localhost' && loopback.check(address, family);
  };

  return (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, found) => {
      const addresses = error === null ? found.filter(({ address }) => mayBe(host, address)) : [];
      const [first] = addresses;
      if (first === undefined) callback(error ?? new Error('the host has no address that tools may use'), []);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
