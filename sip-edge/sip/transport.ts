/** What the layers above see of UDP, TCP and TLS (RFC 3261 section 18). */
import type { ListenAddress, TransportKind } from './listen-address.ts';
import type { ParseResult } from './parse.ts';

export interface Endpoint {
  /** An IP address, without brackets. */
  readonly address: string;
  readonly port: number;
}

/** One way to one peer: a UDP address pair or a connection. */
export interface Flow {
  readonly transport: TransportKind;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** DNS names of the certificate that the peer showed and that our CA signed; empty but for TLS. */
  readonly peerNames: readonly string[];
  /** Unix time at which that certificate ends; undefined but for TLS. */
  readonly certificateEndsAtMs: number | undefined;
  /** A closed connection stays closed; UDP never closes. */
  readonly closed: boolean;
  /** Never throws; bytes for a closed flow are lost. */
  send(bytes: Buffer): void;
  /** Calls back once, at once if it has happened already. The returned function takes the listener away. */
  onClose(listener: () => void): () => void;
}

/** Of a peer's certificate, as a flow carries it. */
export type PeerCertificateFacts = Pick<Flow, 'peerNames' | 'certificateEndsAtMs'>;

/** A peer that showed no certificate, or none that our CA signed. */
export const NO_CERTIFICATE: PeerCertificateFacts = { peerNames: [], certificateEndsAtMs: undefined };

export type Receive = (result: ParseResult, flow: Flow) => void;

/** An error from `flowTo`: the peer cannot be reached. Counts as a 503 (RFC 3261 8.1.3.1). */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export interface Transport {
  readonly listening: ListenAddress;
  /**
   * `peerName` is the DNS name that the peer's certificate must carry (TLS). An open connection to that address is used again.
   * Rejects with `Unreachable`.
   */
  flowTo(remote: Endpoint, peerName: string): Promise<Flow>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Longest time for a connection and its TLS handshake. */
export const CONNECT_TIMEOUT_MS = 4000;
/** An idle connection is closed after this; SBCs ping every minute. */
export const IDLE_TIMEOUT_MS = 600_000;
/** Connections of one listener, both directions. */
export const MAX_CONNECTIONS = 1000;
/** Bytes a peer may leave unread before the connection is given up. */
export const MAX_UNSENT_BYTES = 1_048_576;
