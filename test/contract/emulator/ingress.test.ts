import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Ingress } from '../../../emulator/ingress/ingress.ts';

/** Says its name to whoever asks, over HTTP and over a socket, and then echoes. */
class FakeReplica {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  isHealthy = true;
  refusesSockets = false;

  private constructor(name: string, server: Server, sockets: WebSocketServer) {
    this.#server = server;
    this.#sockets = sockets;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => {
      if (request.url === '/healthz') response.writeHead(this.isHealthy ? 200 : 503).end();
      else request.pipe(response.writeHead(200, { replica: name, method: request.method }));
    });
    server.on('upgrade', (request, socket, head) => {
      if (this.refusesSockets) {
        socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n');
        return;
      }
      sockets.handleUpgrade(request, socket, head, (client) => {
        client.send(`${name} ${request.url ?? ''} ${request.headers.authorization ?? ''}`);
        client.on('message', (data) => client.send(data));
      });
    });
  }

  static async start(name: string): Promise<FakeReplica> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FakeReplica(name, server, new WebSocketServer({ noServer: true }));
  }

  /** As a killed process does: every connection is gone, and none can be made. */
  die(): void {
    this.#server.close();
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
  }

  async closeSockets(code: number): Promise<void> {
    for (const socket of this.#sockets.clients) socket.close(code, 'bye');
    await Promise.resolve();
  }
}

let ingress: Ingress;
let one: FakeReplica;
let other: FakeReplica;

beforeEach(async () => {
  ingress = await Ingress.start();
  [one, other] = await Promise.all([FakeReplica.start('one'), FakeReplica.start('other')]);
});

afterEach(async () => {
  await ingress.close();
  one.die();
  other.die();
});

async function open(path = '/media/call-1?ticket=t'): Promise<{ socket: WebSocket; greeting: string }> {
  const socket = new WebSocket(ingress.url.replace('http', 'ws') + path, { headers: { authorization: 'Bearer x' } });
  const [greeting] = (await once(socket, 'message')) as [Buffer];
  return { socket, greeting: greeting.toString() };
}

async function statusOfUpgrade(): Promise<number | undefined> {
  const socket = new WebSocket(`${ingress.url.replace('http', 'ws')}/media/call-1`);
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode?: number }];
  return response.statusCode;
}

describe('an ingress in front of two replicas', () => {
  beforeEach(async () => {
    expect(await Promise.all([ingress.add(one.url), ingress.add(other.url)])).toEqual([true, true]);
  });

  it('gives sockets to one after the other, with path, query and headers as they came', async () => {
    const opened = [await open(), await open(), await open(), await open()];
    expect(opened.map(({ greeting }) => greeting).sort()).toEqual([
      'one /media/call-1?ticket=t Bearer x',
      'one /media/call-1?ticket=t Bearer x',
      'other /media/call-1?ticket=t Bearer x',
      'other /media/call-1?ticket=t Bearer x',
    ]);
    const { socket } = opened[0] ?? (await open());
    socket.send('x'.repeat(200_000));
    const [echo] = (await once(socket, 'message')) as [Buffer];
    expect(echo.toString()).toHaveLength(200_000);
  });

  it('passes requests on, with their bodies', async () => {
    const answers = await Promise.all(
      ['a', 'b'].map(async (body) => {
        const response = await fetch(`${ingress.url}/some/where`, { method: 'POST', body });
        return [response.headers.get('replica'), response.headers.get('method'), await response.text()];
      }),
    );
    expect(answers.map(([replica]) => replica).sort()).toEqual(['one', 'other']);
    expect(answers.map(([, method, body]) => `${method ?? ''} ${body ?? ''}`)).toEqual(['POST a', 'POST b']);
  });

  it('ends the socket of a replica that dies, and gives the next one to the other at once', async () => {
    const first = await open();
    const ended = once(first.socket, 'close');
    const [died, left] = first.greeting.startsWith('one') ? [one, 'other'] : [other, 'one'];
    died.die();
    expect((await ended)[0]).toBe(1006);
    for (let count = 0; count < 4; count += 1) expect((await open()).greeting).toMatch(new RegExp(`^${left} `));
    expect((await fetch(`${ingress.url}/`)).headers.get('replica')).toBe(left);
  });

  it('passes a close on with its code', async () => {
    const { socket, greeting } = await open();
    const ended = once(socket, 'close');
    await (greeting.startsWith('one') ? one : other).closeSockets(1012);
    expect((await ended)[0]).toBe(1012);
  });

  it('gives nothing new to a replica that was taken out, and leaves it its sockets', async () => {
    const kept = [await open(), await open()];
    ingress.remove(one.url);
    for (let count = 0; count < 3; count += 1) expect((await open()).greeting).toMatch(/^other /);
    for (const { socket } of kept) {
      socket.send('still there');
      const [echo] = (await once(socket, 'message')) as [Buffer];
      expect(echo.toString()).toBe('still there');
    }
  });

  it('lets a replica refuse for itself', async () => {
    one.refusesSockets = true;
    other.refusesSockets = true;
    expect(await statusOfUpgrade()).toBe(401);
  });

  it('says that nobody is there when nobody is', async () => {
    one.die();
    other.die();
    expect(await statusOfUpgrade()).toBe(503);
    expect((await fetch(`${ingress.url}/`)).status).toBe(503);
  });
});

describe('a replica that is added', () => {
  it('gets nothing while it is not healthy', async () => {
    one.isHealthy = false;
    expect(await ingress.add(one.url)).toBe(false);
    expect(await statusOfUpgrade()).toBe(503);
    one.isHealthy = true;
    expect(await ingress.add(one.url)).toBe(true);
    expect((await open()).greeting).toMatch(/^one /);
  });
});
