import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { ProxyFault } from '../../faults/proxy/fault.ts';
import { FaultProxy } from '../../faults/proxy/fault-proxy.ts';

let service: Server;
let sockets: WebSocketServer;
let proxy: FaultProxy;

beforeEach(async () => {
  service = createServer((request, response) => {
    if (request.url === '/long') response.write('begun');
    else request.on('data', () => undefined).once('end', () => response.end(`answer to ${request.method ?? ''}`));
  });
  sockets = new WebSocketServer({ server: service });
  sockets.on('connection', (socket) => socket.on('message', (data: Buffer) => socket.send(`echo ${data.toString()}`)));
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  proxy = await FaultProxy.start(`http://127.0.0.1:${(service.address() as AddressInfo).port}`);
});

afterEach(async () => {
  await proxy.close();
  sockets.close();
  service.closeAllConnections();
  service.close();
});

const ask = (path = '/', init: RequestInit = {}): Promise<Response> => fetch(`${proxy.url}${path}`, init);

describe('requests', () => {
  it('pass with method, body and answer while nothing is broken', async () => {
    const response = await ask('/', { method: 'POST', body: 'x'.repeat(100_000) });
    expect(await response.text()).toBe('answer to POST');
  });

  it.each<ProxyFault>([{ does: 'refuse' }, { does: 'drop', afterBytes: 0 }])('fail under %j', async (fault) => {
    const broken = proxy.break({ fault });
    expect(broken.firstHitAtMs).toBeUndefined();
    await expect(ask().then((response) => response.text())).rejects.toThrow();
    expect(broken.firstHitAtMs).toBeTypeOf('number');
    broken.lift();
    expect(await (await ask()).text()).toBe('answer to GET');
  });

  it('are answered with the status and headers that were ordered', async () => {
    proxy.break({ fault: { does: 'status', status: 429, headers: { 'retry-after': '7' } } });
    const response = await ask('/', { method: 'POST', body: 'x' });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
  });

  it('get an answer that makes no sense', async () => {
    proxy.break({ fault: { does: 'garbage' } });
    const response = await ask();
    expect(response.status).toBe(200);
    await expect(response.json()).rejects.toThrow();
  });

  it('break off after so many bytes', async () => {
    proxy.break({ fault: { does: 'drop', afterBytes: 3 } });
    const response = await ask();
    const reader = response.body!.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('ans');
    await expect(reader.read()).rejects.toThrow();
  });

  it('that hang are cut off when the fault is lifted', async () => {
    const broken = proxy.break({ fault: { does: 'hang' } });
    const hanging = ask();
    await expect.poll(() => broken.firstHitAtMs).toBeTypeOf('number');
    broken.lift();
    await expect(hanging).rejects.toThrow();
  });

  it('that are under way are cut, and the next is served', async () => {
    const response = await ask('/long');
    const reader = response.body!.getReader();
    await reader.read();
    proxy.break({ fault: { does: 'cut' } });
    await expect(reader.read()).rejects.toThrow();
    expect(await (await ask()).text()).toBe('answer to GET');
  });

  it('that the fault does not concern are served', async () => {
    const broken = proxy.break({ fault: { does: 'status', status: 500 }, only: (name) => name.startsWith('POST') });
    expect((await ask()).status).toBe(200);
    expect(broken.firstHitAtMs).toBeUndefined();
    expect((await ask('/', { method: 'POST' })).status).toBe(500);
  });

  it('are told apart by what they carry, and those of another call are served with it', async () => {
    const one = proxy.break({
      fault: { does: 'status', status: 500 },
      only: (name) => name.includes('call one'),
      readsBody: true,
    });
    const other = proxy.break({
      fault: { does: 'status', status: 429 },
      only: (name) => name.includes('call two'),
      readsBody: true,
    });
    const statusFor = async (body: string): Promise<number> => (await ask('/', { method: 'POST', body })).status;
    expect([await statusFor('call one'), await statusFor('call two'), await statusFor('none')]).toEqual([
      500, 429, 200,
    ]);
    one.lift();
    expect([await statusFor('call one'), await statusFor('call two')]).toEqual([200, 429]);
    expect(other.firstHitAtMs).toBeTypeOf('number');
  });
});

describe('WebSockets', () => {
  const open = async (path = '/a'): Promise<WebSocket> => {
    const socket = new WebSocket(`${proxy.url.replace('http', 'ws')}${path}`);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return socket;
  };
  const answer = (socket: WebSocket): Promise<string> =>
    new Promise((resolve, reject) => {
      socket
        .once('message', (data: Buffer) => resolve(data.toString()))
        .once('close', () => reject(new Error('closed')));
      socket.once('error', reject);
      socket.send('hello');
    });
  const closed = (socket: WebSocket): Promise<unknown> => new Promise((resolve) => socket.once('close', resolve));

  it('pass both ways and are counted', async () => {
    const socket = await open();
    expect(await answer(socket)).toBe('echo hello');
    expect([proxy.openSockets(), proxy.openSockets(/other/)]).toEqual([1, 0]);
    socket.close();
    await closed(socket);
    await expect.poll(() => proxy.openSockets()).toBe(0);
  });

  it('are given up when their client is gone without a goodbye', async () => {
    const { hostname, port } = new URL(proxy.url);
    const client = connect(Number(port), hostname);
    client.write(
      'GET /a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n',
    );
    await new Promise((resolve) => client.once('data', resolve));
    client.end();
    await expect.poll(() => proxy.openSockets()).toBe(0);
    expect(sockets.clients.size).toBe(0);
  });

  it('that are open are cut, those of other paths are not', async () => {
    const [one, other] = [await open('/a'), await open('/b')];
    one.on('error', () => undefined);
    proxy.break({ fault: { does: 'cut' }, only: (name) => name.endsWith('/a') });
    await closed(one);
    expect(await answer(other)).toBe('echo hello');
    other.terminate();
  });

  it('that are open fall silent, and are cut when the fault is lifted', async () => {
    const socket = await open();
    socket.on('error', () => undefined);
    const broken = proxy.break({ fault: { does: 'hang' } });
    const silent = answer(socket);
    await expect.poll(() => broken.firstHitAtMs).toBeTypeOf('number');
    broken.lift();
    await expect(silent).rejects.toThrow();
  });

  it('that are open freeze, those that come next do not, and the frozen are cut when the fault is lifted', async () => {
    const socket = await open();
    socket.on('error', () => undefined);
    const broken = proxy.break({ fault: { does: 'freeze' } });
    const silent = answer(socket);
    await expect.poll(() => broken.firstHitAtMs).toBeTypeOf('number');
    const next = await open();
    expect(await answer(next)).toBe('echo hello');
    next.terminate();
    broken.lift();
    await expect(silent).rejects.toThrow();
  });

  it('that are open get what is no frame', async () => {
    const socket = await open();
    proxy.break({ fault: { does: 'garbage' } });
    await expect(answer(socket)).rejects.toThrow();
  });

  it.each<ProxyFault>([{ does: 'refuse' }, { does: 'status', status: 503 }])('are refused under %j', async (fault) => {
    proxy.break({ fault });
    await expect(open()).rejects.toThrow();
  });

  it('that are new break off after so many bytes', async () => {
    proxy.break({ fault: { does: 'drop', afterBytes: 4 } });
    await expect(open().then(answer)).rejects.toThrow();
  });
});
