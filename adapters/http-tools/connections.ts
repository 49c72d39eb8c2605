import { lookup } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { allowedAddresses, type ResolveHost } from './allowed-addresses.ts';
import type { Subnet } from './settings.ts';

/** A kept connection spares the next request the handshakes; the far side closes it when it likes. */
const KEPT = {
  keepAlive: true,
  maxSockets: 64,
  // Of an idle one, in milliseconds: below what load balancers in between cut without a word (Azure's after four minutes).
  timeout: 60_000,
};

export interface Connections {
  readonly http: http.Agent;
  readonly https: https.Agent;
  readonly lookup: LookupFunction;
}

export interface KeptConnections extends Connections {
  /** Closes what is kept. */
  close(): void;
}

/** Connections to public addresses, and to the listed ones. */
export function keptConnections(listed: readonly Subnet[], resolve: ResolveHost = lookup): KeptConnections {
  const agents = { http: new http.Agent(KEPT), https: new https.Agent(KEPT) };
  return {
    ...agents,
    lookup: allowedAddresses(listed, resolve),
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}
