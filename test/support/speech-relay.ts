import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer, type RawData } from 'ws';

/** How a client asked for a socket. `url` is the one it believes to have reached, over TLS. */
export interface Upgrade {
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
}

export interface SpeechRelay {
  readonly port: number;
  readonly upgrades: readonly Upgrade[];
  /** The clients' messages of text, in their order. */
  readonly messages: readonly string[];
  close(): Promise<void>;
}

/** Stands before a speech service, `http:`, and notes what comes to it. */
export async function startSpeechRelay(service: string): Promise<SpeechRelay> {
  const upgrades: Upgrade[] = [];
  const messages: string[] = [];
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (client, request) => {
    const { headers } = request;
    const url = request.url ?? '/';
    upgrades.push({ url: new URL(url, `wss://${headers.host ?? ''}`), headers });
    const ahead = new WebSocket(new URL(url, service.replace('http:', 'ws:')));
    const waiting: [RawData, boolean][] = [];
    const pass = (data: RawData, isBinary: boolean): void => ahead.send(data, { binary: isBinary });
    client.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) messages.push(data.toString('utf8'));
      if (ahead.readyState === WebSocket.OPEN) pass(data, isBinary);
      else waiting.push([data, isBinary]);
    });
    ahead.on('open', () => {
      for (const [data, isBinary] of waiting) pass(data, isBinary);
    });
    ahead.on('message', (data, isBinary) => client.send(data, { binary: isBinary }));
    client.on('close', () => ahead.close());
    ahead.on('close', () => client.close());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    upgrades,
    messages,
    close: async () => {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
