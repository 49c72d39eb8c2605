import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface ResponseLosingProxy {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Of the next request with this method: it is done, and whoever asked hears nothing of it. */
  loseResponseTo(method: string): void;
  /** Responses lost so far. */
  readonly lost: number;
  close(): Promise<void>;
}

/** Stands before a server whose answers get lost on their way. */
export async function startResponseLosingProxy(target: string): Promise<ResponseLosingProxy> {
  const { hostname, port } = new URL(target);
  const clients = new Set<Socket>();
  let losing: string | undefined;
  let lost = 0;
  const server = createServer((client) => {
    clients.add(client);
    const upstream = connect(Number(port), hostname);
    const end = (): void => {
      clients.delete(client);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    let isLost = false;
    client.on('data', (chunk) => {
      if (losing !== undefined && chunk.toString('latin1').startsWith(`${losing} `)) {
        isLost = true;
        losing = undefined;
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (!isLost) {
        client.write(chunk);
        return;
      }
      lost += 1;
      end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loseResponseTo: (method) => {
      losing = method;
    },
    get lost() {
      return lost;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const client of clients) client.destroy();
      }),
  };
}
