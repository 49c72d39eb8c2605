import type { HandoverPacket } from './packet.ts';

/** Which custom prefix the receiving side takes (acs-facts 1.4). `X-` is the newer one; `X-MS-Custom-` works on every resource. */
export type HeaderPrefix = 'X-' | 'X-MS-Custom-';

/** Legal by construction: only `packHeaders` makes one. */
export interface OutboundHeaders {
  readonly userToUser: string | undefined;
  readonly prefix: HeaderPrefix;
  /** Names without prefix, in order of priority. */
  readonly custom: readonly { readonly name: string; readonly value: string }[];
}

export function packHeaders(_packet: HandoverPacket, _prefix: HeaderPrefix): OutboundHeaders {
  throw new Error('packHeaders is being written');
}
