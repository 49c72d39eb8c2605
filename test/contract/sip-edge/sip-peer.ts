/** An SBC made of sockets and text: shares no code with the edge, reads with sip.js's parser. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Core } from 'sip.js';

export interface PeerMessage {
  readonly startLine: string;
  readonly body: string;
  header(name: string): string | undefined;
  headers(name: string): readonly string[];
}

export interface SipPeer {
  readonly transport: 'UDP' | 'TCP' | 'TLS';
  readonly port: number;
  send(text: string): void;
  /** The next message not yet taken whose start line matches; waits for it. */
  next(startLine: RegExp): Promise<PeerMessage>;
  /** Start lines of everything that came, taken or not. */
  readonly heard: readonly string[];
  close(): void;
}

const logger = new Core.LoggerFactory();
logger.builtinEnabled = false;
const parserLogger = logger.getLogger('peer');

export function tlsFixture(name: string): string {
  return readFileSync(new URL(`../../fixtures/sip-tls/${name}`, import.meta.url), 'utf8');
}

/** `edge` is one of the server's addresses, such as `udp:127.0.0.1:5060`. */
export async function openPeer(edge: string, certificate = 'sbc'): Promise<SipPeer> {
  const [kind = '', host = '', port = ''] = edge.split(':');
  if (kind === 'udp') return udpPeer(host, Number(port));
  const socket =
    kind === 'tcp'
      ? connectTcp(Number(port), host)
      : connectTls({
          host,
          port: Number(port),
          ca: tlsFixture('ca.pem'),
          cert: tlsFixture(`${certificate}.pem`),
          key: tlsFixture(`${certificate}.key`),
          servername: 'edge.trunkline.test',
        });
  await once(socket, kind === 'tcp' ? 'connect' : 'secureConnect');
  return streamPeer(socket, kind === 'tcp' ? 'TCP' : 'TLS');
}

async function udpPeer(host: string, port: number): Promise<SipPeer> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const inbox = messageInbox();
  socket.on('message', (bytes) => inbox.take(bytes.toString()));
  return {
    transport: 'UDP',
    port: socket.address().port,
    send: (text) => socket.send(text, port, host),
    next: inbox.next,
    heard: inbox.heard,
    close: () => socket.close(),
  };
}

/** Takes over an open connection. */
export function streamPeer(socket: Socket, transport: 'TCP' | 'TLS'): SipPeer {
  const inbox = messageInbox();
  let waiting = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    waiting += chunk.toString();
    for (;;) {
      const head = waiting.indexOf('\r\n\r\n');
      const length = /content-length: (\d+)/i.exec(waiting.slice(0, head));
      if (head < 0 || length === null || waiting.length < head + 4 + Number(length[1])) return;
      const end = head + 4 + Number(length[1]);
      inbox.take(waiting.slice(0, end));
      waiting = waiting.slice(end);
    }
  });
  return {
    transport,
    port: socket.localPort ?? 0,
    send: (text) => socket.write(text),
    next: inbox.next,
    heard: inbox.heard,
    close: () => socket.destroy(),
  };
}

function messageInbox(): {
  readonly heard: string[];
  readonly take: (text: string) => void;
  readonly next: (startLine: RegExp) => Promise<PeerMessage>;
} {
  const heard: string[] = [];
  const messages: PeerMessage[] = [];
  const waiting: { readonly startLine: RegExp; readonly resolve: (message: PeerMessage) => void }[] = [];
  return {
    heard,
    take(text) {
      const message = read(text);
      heard.push(message.startLine);
      const index = waiting.findIndex(({ startLine }) => startLine.test(message.startLine));
      if (index < 0) messages.push(message);
      else waiting.splice(index, 1)[0]!.resolve(message);
    },
    next(startLine) {
      const index = messages.findIndex((message) => startLine.test(message.startLine));
      if (index >= 0) return Promise.resolve(messages.splice(index, 1)[0]!);
      return new Promise((resolve) => {
        waiting.push({ startLine, resolve });
      });
    },
  };
}

function read(text: string): PeerMessage {
  const message = Core.Parser.parseMessage(text, parserLogger);
  if (message === undefined) throw new Error(`sip.js cannot read: ${text}`);
  return {
    startLine: text.split('\r\n', 1)[0]!,
    body: message.body,
    header: (name) => message.getHeader(name),
    headers: (name) => message.getHeaders(name),
  };
}
