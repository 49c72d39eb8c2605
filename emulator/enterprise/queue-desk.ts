import { createServer, type Server } from 'node:http';
import { sendJson } from '../http/body.ts';
import { listen, urlOf } from '../http/listen.ts';

/** How it looks in one queue, as the enterprise's own system reports it. */
export interface DeskStatus {
  readonly open?: boolean | undefined;
  readonly waitMinutes?: number | undefined;
  readonly agentsAvailable?: number | undefined;
}

/** A queue of which nothing is said has people in it, and its hours are its own affair. */
const USUAL: DeskStatus = { agentsAvailable: 1 };
const QUEUE_PATH = /^\/queues\/([^/]{1,100})$/;

/** The enterprise's contact centre system, as far as it says how its queues are: `GET /queues/{name}`. */
export class QueueDesk {
  readonly #server: Server;
  #url = '';
  #statuses: ReadonlyMap<string, DeskStatus> = new Map();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(host: string): Promise<QueueDesk> {
    const server = createServer((request, response) => {
      const [, queue] = QUEUE_PATH.exec(urlOf(request).pathname) ?? [];
      if (request.method !== 'GET' || queue === undefined)
        sendJson(response, 404, { error: 'there is GET /queues/{name}' });
      else sendJson(response, 200, desk.#statuses.get(queue) ?? USUAL);
    });
    const desk = new QueueDesk(server);
    desk.#url = await listen(server, { host, port: 0 });
    return desk;
  }

  /** `http://127.0.0.1:PORT` */
  get url(): string {
    return this.#url;
  }

  /** By the names that the product's agents give the queues; from now on. */
  show(statuses: ReadonlyMap<string, DeskStatus>): void {
    this.#statuses = statuses;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
