/** Where trunks are reached: told by file at the start, or by a peer that announces itself through the control API. */
import { isIP } from 'node:net';
import * as z from 'zod';
import type { Trunk } from '../trunks.ts';

export const trunkAddressSchema = z.strictObject({
  /** IP address or host name. */
  address: z.string().min(1).max(253),
  port: z.number().int().min(1).max(65_535),
  transport: z.enum(['udp', 'tcp', 'tls']),
});

type TrunkAddress = Readonly<z.infer<typeof trunkAddressSchema>>;

export class TrunkAddresses {
  readonly #trunks: Trunk[];

  constructor(fromFile: readonly Trunk[]) {
    this.#trunks = [...fromFile];
  }

  /** The same array for the life of the edge: the SIP side looks into it at every request. */
  get trunks(): readonly Trunk[] {
    return this.#trunks;
  }

  /** Adds the trunk or moves it; returns why not, if not. */
  announce(name: string, { address, port, transport }: TrunkAddress): string | undefined {
    if (transport !== 'tls' && isIP(address) === 0) return 'a trunk without TLS is known by its IP address';
    const fqdn = name.toLowerCase();
    const trunk: Trunk = {
      fqdn,
      transport,
      host: address,
      sipSignalingPort: port,
      sources: isIP(address) === 0 ? [] : [address],
      identifiedBy: 'source-address',
    };
    const index = this.#trunks.findIndex((known) => known.fqdn === fqdn);
    if (index === -1) this.#trunks.push(trunk);
    else this.#trunks[index] = trunk;
    return undefined;
  }
}
