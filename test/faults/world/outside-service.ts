import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CUSTOMER_NAME } from './words.ts';

export interface OutsideService {
  readonly url: string;
  close(): Promise<void>;
}

/** What stands for the enterprise's own services: the one that the agents' tool asks, and the one that knows customers. */
export async function startOutsideService(): Promise<OutsideService> {
  const server = createServer((request, response) => {
    request.resume();
    const answer = request.url?.startsWith('/customers') ? { id: 'C-1', name: CUSTOMER_NAME } : { place: 'Denver' };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
