import { randomInt } from 'node:crypto';
import { createServer } from 'node:http';
import { listen } from '../../http/listen.ts';

/** Below every system's range for ports 0 (Linux from 32768, others from 49152): nobody is given one of these by chance. */
const FIRST_PORT = 20_000;
const LAST_PORT = 29_999;
const TRIES = 50;

/**
 * A port on loopback that nobody listens on. For the one process whose address has to be known before it runs: the bridge wants the
 * functions' address and the functions want the bridge's.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port found between ${FIRST_PORT} and ${LAST_PORT}`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await listen(server, { host: '127.0.0.1', port });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
    throw error;
  }
  await new Promise((resolve) => server.close(resolve));
  return true;
}
