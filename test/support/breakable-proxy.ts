import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** `refuses`: connections are closed as soon as they are made. `hangs`: they are taken, and nothing is ever answered. */
export type ProxyMode = 'passes' | 'refuses' | 'hangs';

export interface BreakableProxy {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** From now on; connections that are open are cut. */
  become(mode: ProxyMode): void;
  close(): Promise<void>;
}

/** Stands before a server and can be down in its place. */
export async function startBreakableProxy(target: string): Promise<BreakableProxy> {
  const { hostname, port } = new URL(target);
  const clients = new Set<Socket>();
  let mode: ProxyMode = 'passes';
  const server = createServer((client) => {
    clients.add(client);
    client.on('error', () => client.destroy()).on('close', () => clients.delete(client));
    if (mode === 'refuses') client.destroy();
    if (mode !== 'passes') return;
    const upstream = connect(Number(port), hostname);
    upstream.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const client of clients) client.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    become: (next) => {
      mode = next;
      cut();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}
