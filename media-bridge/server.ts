import { createServer, STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Log } from '#adapters/logging/logger';
import type { CallId } from '#core/ids';
import type { SessionLease, SessionStore } from '#core/ports/session-store';
import { untilAborted } from '#core/until-aborted';
import { writeAudioMessage } from './acs/outbound-message.ts';
import { admitUpgrade, type UpgradeServices, type UpgradeVerdict } from './acs/upgrade.ts';
import { lateLease } from './session/late-lease.ts';
import { MediaSession } from './session/media-session.ts';
import type { CallSocket } from './session/media-stream.ts';
import { SessionRegistry } from './session/session-registry.ts';
import type { SessionServices } from './session/session-services.ts';

export interface BridgeServices extends UpgradeServices, SessionServices {
  readonly sessions: SessionStore;
  readonly log: Log;
}

export interface Bridge {
  readonly url: string;
  readonly registry: SessionRegistry;
  /**
   * Takes no new calls, lets those there are finish for so long, then gives them to other bridges within `DEPARTURE_MAX_MS`. With 0, or called again, it
   * ends everything now.
   */
  close(drainTimeoutMs: number): Promise<void>;
}

/** A frame longer than this ends its socket. Anything shorter is at worst ignored: one bad frame must not end a call. */
const FRAME_MAX_BYTES = 4 * 1024 * 1024;
/** For the answer to our close. Whoever does not give it may not have heard it: then the end of the connection has to tell that we are gone. */
const CLOSE_TIMEOUT_MS = 500;
/** The caller hears nothing until the session row is had, or done without. */
const CLAIM_BUDGET_MS = 2_000;
/** Of a call whose row could not be had either. */
const SPARE_CLAIM_BUDGET_MS = 500;
/** ACS's tokens and our ticket make long request heads. */
const HEAD_MAX_BYTES = 32 * 1024;

/** The bridge's listener: media sockets at `/media/{callId}`, health at `/healthz`. */
export async function startBridge(host: string, port: number, services: BridgeServices): Promise<Bridge> {
  const registry = new SessionRegistry();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: FRAME_MAX_BYTES, perMessageDeflate: false });
  const server = createServer({ maxHeaderSize: HEAD_MAX_BYTES }, (request, response) => {
    if (request.url !== '/healthz') {
      response.writeHead(404).end();
      return;
    }
    const status = registry.state === 'serving' ? 200 : 503;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ state: registry.state, calls: registry.size }));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Nobody listens to the socket's errors while it is being checked, and an unheard one ends the process.
    socket.on('error', () => socket.destroy());
    upgrade(request, socket, head, { registry, sockets, services }).catch((error: unknown) => {
      services.log.error({ path: request.url?.split('?')[0]?.slice(0, 100), err: error }, 'upgrade failed');
      refuse(socket, 503);
    });
  });
  await listen(server, host, port);
  const address = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    registry,
    close: (drainTimeoutMs) => {
      if (closing !== undefined) registry.stopWaiting();
      closing ??= close(drainTimeoutMs, { registry, sockets, server });
      return closing;
    },
  };
}

interface Listener {
  readonly registry: SessionRegistry;
  readonly sockets: WebSocketServer;
  readonly services: BridgeServices;
}

async function upgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { registry, sockets, services }: Listener,
): Promise<void> {
  if (isDraining(registry)) {
    refuse(socket, 503);
    return;
  }
  const verdict = await admitUpgrade(request, services);
  if (!verdict.accepted) {
    services.log.warn(
      { callId: verdict.callId, status: verdict.status, reason: verdict.reason },
      'media socket refused',
    );
    refuse(socket, verdict.status);
    return;
  }
  const { callId } = verdict;
  // Each of these took time. Whoever has the call now keeps it when this socket cannot.
  const cannotTake = (): boolean => socket.destroyed || isDraining(registry);
  if (cannotTake()) {
    refuse(socket, 503);
    return;
  }
  // What a replaced session of this process knew it has written by then. One of another process writes nothing more after the claim.
  await registry.end(callId, 'replaced');
  if (cannotTake()) {
    refuse(socket, 503);
    return;
  }
  const ended = new AbortController();
  const lease = await claimSession(verdict, ended.signal, services);
  if (cannotTake()) {
    // First, so that whoever comes after the refusal finds it as it was.
    await giveBack(lease, callId, services.log);
    refuse(socket, 503);
    return;
  }
  sockets.handleUpgrade(request, socket, head, (media) => {
    attach(media, socket, ended, (adapter) => {
      const session = new MediaSession(
        adapter,
        { call: verdict.call, connectionId: verdict.connectionId, lease },
        services,
      );
      registry.add(callId, session);
      media.once('close', () => {
        void session.end('socket-closed').then(() => registry.forget(callId, session));
      });
      return session;
    });
  });
}

/** A caller is talked to without a session row rather than not at all: it is claimed when it can be. */
async function claimSession(
  { callId, call, knownBy }: Extract<UpgradeVerdict, { accepted: true }>,
  ended: AbortSignal,
  { sessions, log }: Pick<BridgeServices, 'sessions' | 'log'>,
): Promise<SessionLease> {
  const { correlationId } = call.offer;
  if (knownBy === 'url') log.warn({ callId, correlationId }, 'call row not read, offer taken from the URL');
  const signal = AbortSignal.timeout(knownBy === 'url' ? SPARE_CLAIM_BUDGET_MS : CLAIM_BUDGET_MS);
  try {
    return await untilAborted(sessions.claim(callId, signal), signal);
  } catch (error) {
    log.error({ callId, correlationId, err: error }, 'session row not claimed');
    return lateLease(sessions, callId, ended);
  }
}

async function giveBack(lease: SessionLease, callId: CallId, log: Log): Promise<void> {
  const signal = AbortSignal.timeout(CLAIM_BUDGET_MS);
  try {
    await untilAborted(lease.giveBack(signal), signal);
  } catch (error) {
    log.warn({ callId, err: error }, 'session row not given back');
  }
}

function isDraining(registry: SessionRegistry): boolean {
  return registry.state === 'draining';
}

/** Listens to the socket before anything else happens: the first message is on its way. `ended` is aborted when the session gives the socket up. */
function attach(
  media: WebSocket,
  socket: Duplex,
  ended: AbortController,
  start: (socket: CallSocket) => MediaSession,
): void {
  const session = start({
    send: (text) => {
      if (media.readyState === media.OPEN) media.send(text);
    },
    sendAudio: (frame) => {
      if (media.readyState === media.OPEN) writeAudioMessage(socket, frame);
    },
    close: (code, reason) => {
      ended.abort(new Error('the media session has ended'));
      media.close(code, reason);
      const late = setTimeout(() => media.terminate(), CLOSE_TIMEOUT_MS);
      media.once('close', () => clearTimeout(late));
    },
    get bufferedAmount() {
      return media.bufferedAmount;
    },
  });
  media.on('message', (data: Buffer, isBinary) => session.receive(data, isBinary));
  // A protocol error closes the socket; `close` follows and ends the session.
  media.on('error', () => media.terminate());
}

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function close(
  drainTimeoutMs: number,
  { registry, sockets, server }: Pick<Listener, 'registry' | 'sockets'> & { readonly server: Server },
): Promise<void> {
  if (drainTimeoutMs === 0) registry.stopWaiting();
  await registry.drain(drainTimeoutMs);
  for (const media of sockets.clients) media.terminate();
  sockets.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
