import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readBody, sendJson, parseJson } from '../../../emulator/http/body.ts';
import { listen, urlOf } from '../../../emulator/http/listen.ts';

/** acs-facts 2.1. */
const ANSWER_PATH = '/calling/callConnections:answer';
const BODY_MAX_BYTES = 1024 * 1024;

export interface CallAutomation {
  readonly url: string;
  /** Resolves with when the answer to this incoming call began to arrive (`performance.now`). To be asked before the call is offered. */
  answered(incomingCallContext: string): Promise<number>;
  /** Answers nobody waited for: second answers of a call. */
  readonly surplus: number;
  close(): Promise<void>;
}

/** The one request of Call Automation that counts here, granted at once; whatever else is asked is granted as well. */
export async function startCallAutomation(): Promise<CallAutomation> {
  const waiting = new Map<string, (atMs: number) => void>();
  let surplus = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse, atMs: number): Promise<void> => {
    const body = await readBody(request, BODY_MAX_BYTES);
    const { incomingCallContext = '' } = (body.kind === 'body' ? parseJson(body.text) : {}) as Record<string, string>;
    const settle = waiting.get(incomingCallContext);
    waiting.delete(incomingCallContext);
    if (settle === undefined) surplus += 1;
    else settle(atMs);
    sendJson(response, 200, { callConnectionId: crypto.randomUUID(), callConnectionState: 'connecting' });
  };
  const server = createServer((request, response) => {
    const atMs = performance.now();
    if (urlOf(request).pathname === ANSWER_PATH) {
      answer(request, response, atMs).catch(() => response.destroy());
      return;
    }
    request.resume();
    response.writeHead(204).end();
  });
  const url = await listen(server, { host: '127.0.0.1', port: 0 });
  return {
    url,
    answered: (incomingCallContext) => new Promise((resolve) => waiting.set(incomingCallContext, resolve)),
    get surplus() {
      return surplus;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
