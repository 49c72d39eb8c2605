/** Where trunks are reached: told by file at the start, or by a peer that announces itself through the control API. */
import { z } from 'zod';

export const trunkAddressSchema = z.strictObject({
  /** IP address or host name. */
  address: z.string().min(1).max(253),
  port: z.number().int().min(1).max(65_535),
  transport: z.enum(['udp', 'tcp', 'tls']),
});

export type TrunkAddress = Readonly<z.infer<typeof trunkAddressSchema>>;

/** What the control API asks of the SIP side. */
export interface TrunkAddresses {
  /** As the SIP side knows them. */
  list(): readonly object[];
  announce(fqdn: string, address: TrunkAddress): void;
}
