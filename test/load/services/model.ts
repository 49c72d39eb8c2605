import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../../../emulator/http/body.ts';
import type { Ledger, TurnTimes } from './ledger.ts';

/** From the request to the first token. */
export const FIRST_TOKEN_AFTER_MS = 250;
const BODY_MAX_BYTES = 4 * 1024 * 1024;

const HEAD = '"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1790000000,"model":"bench"';
const USAGE = '{"prompt_tokens":100,"completion_tokens":100,"total_tokens":200}';

/** Streams the reply that the ledger has for the turn named in the request, as Azure streams one. */
export async function completeChat(request: IncomingMessage, response: ServerResponse, ledger: Ledger): Promise<void> {
  const body = await readBody(request, BODY_MAX_BYTES);
  const readMs = performance.now();
  if (body.kind !== 'body') return;
  const turn = ledger.turnIn(body.text);
  if (turn === undefined) {
    // Of a turn that is over: whoever asks has been overtaken.
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"code":"no-turn","message":""}}');
    return;
  }
  turn.requestMs = readMs;
  turn.requests += 1;
  const writing: Writing = { response, turn, startedMs: 0, timer: undefined };
  response.once('close', () => clearTimeout(writing.timer));
  writing.timer = setTimeout(() => {
    turn.firstTokenMs = performance.now();
    writing.startedMs = turn.firstTokenMs;
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
    response.write(chunk('{"role":"assistant","content":""}', 'null'));
    write(writing, 0);
  }, FIRST_TOKEN_AFTER_MS);
}

interface Writing {
  readonly response: ServerResponse;
  readonly turn: TurnTimes;
  startedMs: number;
  timer: NodeJS.Timeout | undefined;
}

function write(writing: Writing, index: number): void {
  const { response, turn, startedMs } = writing;
  const { pieces, pieceEveryMs } = turn.reply;
  const piece = pieces[index];
  if (piece === undefined) {
    response.end(`${chunk('{}', '"stop"')}data: {${HEAD},"choices":[],"usage":${USAGE}}\n\ndata: [DONE]\n\n`);
    return;
  }
  response.write(chunk(`{"content":${JSON.stringify(piece)}}`, 'null'));
  const dueMs = startedMs + (index + 1) * pieceEveryMs - performance.now();
  writing.timer = setTimeout(() => write(writing, index + 1), Math.max(0, dueMs));
}

function chunk(delta: string, finishReason: string): string {
  return `data: {${HEAD},"choices":[{"index":0,"delta":${delta},"finish_reason":${finishReason},"logprobs":null}],"usage":null}\n\n`;
}
