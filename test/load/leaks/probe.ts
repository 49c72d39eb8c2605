/**
 * Loaded into the process that is watched before its program (`--import`), with `--expose-gc`: tells over HTTP what the process holds after it
 * has collected its garbage. The product does not know of it.
 */
import { createServer } from 'node:http';

const PORT = Number(process.env['PROBE_PORT']);
const { gc } = globalThis as { gc?: () => void };

createServer((_request, response) => {
  // What finalisers and promises let go of goes with the next collection.
  gc?.();
  setImmediate(() => {
    gc?.();
    const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
    const kinds = process.getActiveResourcesInfo();
    const resources = Object.fromEntries(
      [...new Set(kinds)].map((kind) => [kind, kinds.filter((one) => one === kind).length]),
    );
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify({ heapUsed, external, arrayBuffers, rss, resources }));
  });
})
  .listen(PORT, '127.0.0.1')
  .unref();
