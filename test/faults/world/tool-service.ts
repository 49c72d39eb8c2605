import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ToolService {
  readonly url: string;
  close(): Promise<void>;
}

/** The service that the agents' tool asks. */
export async function startToolService(): Promise<ToolService> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ place: 'Denver' }));
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
