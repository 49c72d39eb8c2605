/** What a call needs from the stack around it. */
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { PortPool } from '../rtp/port-pool.ts';
import type { Ticker } from '../rtp/ticker.ts';
import type { Trunk } from '../trunks.ts';
import type { DialogIdentity } from './dialog.ts';
import type { TransportKind } from './listen-address.ts';
import type { Header, SipRequest } from './message.ts';
import type { TransactionLayer } from './transaction/layer.ts';
import type { TransactionTimers } from './transaction/machine.ts';
import type { ServerTransaction } from './transaction/server.ts';
import type { TrunkDirectory } from './trunk-directory.ts';
import type { Flow } from './transport.ts';

/** The methods we take, inside or outside a dialog. */
export const ALLOW: Header = { name: 'Allow', value: 'INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY' };

/** Requests that belong to one dialog. */
export interface DialogUser {
  onRequest(transaction: ServerTransaction): void;
  /** ACK of a 2xx of ours. */
  onAck(ack: SipRequest): void;
  /** The edge ends: says farewell; resolves when the peer has heard it. */
  leave(): Promise<void>;
}

interface Media {
  readonly pool: PortPool;
  readonly ticker: Ticker;
  /** IP address that our SDP names. */
  readonly address: string;
}

export interface Signalling {
  readonly clock: Clock;
  readonly log: Log;
  readonly timers: TransactionTimers;
  readonly transactions: TransactionLayer;
  readonly trunks: TrunkDirectory;
  readonly media: Media;
  /** Our FQDN, or an address in URI form. */
  readonly domain: string;
  /** Whether a transfer's headers are lines of the REFER or part of its Refer-To URI (acs-facts 5.3). */
  readonly transferHeaders: 'message' | 'refer-to';
  /** Value of our Contact, and of the host part of our URIs, on that transport. */
  contact(transport: TransportKind): string;
  /** A way to `uriText`: `current` while it is an open connection. Rejects with `Unreachable`. */
  flowFor(uriText: string, trunk: Trunk, current?: Flow): Promise<Flow>;
  /** The returned function ends the registration. */
  register(identity: DialogIdentity, user: DialogUser): () => void;
}
