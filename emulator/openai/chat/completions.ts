import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { parseJson, readBody, sendJson } from '../../http/body.ts';
import type { Fault, Faults } from '../control/faults.ts';
import type { ScriptBook } from '../scripts/script-book.ts';
import { answerFrom, NOT_UNDERSTOOD, type Answer } from './answer.ts';
import { parseChatRequest, type ChatRequest } from './request.ts';
import { faultyError, invalidRequest, requestTooLarge, scriptedError, sendError } from './service-error.ts';
import { completionBody, completionChunks, newCompletion, type Completion } from './wire.ts';

interface Dependencies {
  readonly scripts: ScriptBook;
  readonly faults: Faults;
  /** Between two words of a streamed answer. */
  readonly wordDelayMs: number;
  readonly log: Logger;
}

const MAX_BODY_BYTES = 4 * 1024 * 1024;
const CHARACTERS_PER_TOKEN = 4;
/** Written before a connection is cut in the middle. */
const WORDS_BEFORE_CUT = 2;

/** Answers one chat completion from the scripts. Ends early and quietly when the client leaves. */
export async function completeChat(
  request: IncomingMessage,
  response: ServerResponse,
  model: string | undefined,
  deps: Dependencies,
): Promise<void> {
  const left = new AbortController();
  response.once('close', () => left.abort());
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body.kind === 'aborted') return;
  if (body.kind === 'too-large') {
    sendError(response, requestTooLarge());
    return;
  }
  const json = parseJson(body.text);
  const parsed = parseChatRequest(json);
  if (!parsed.ok) {
    sendError(response, invalidRequest(parsed.message, parsed.param));
    return;
  }
  const fault = deps.faults.take();
  if (fault !== undefined && !(await survives(fault, response, left.signal))) return;
  const chat = parsed.request;
  const rule = deps.scripts.take(chat);
  if (rule === undefined) logNoAnswer(chat, deps.log);
  if (rule !== undefined && rule.delayMs > 0 && !(await wait(rule.delayMs, left.signal))) return;
  const scripted = rule?.then ?? { kind: 'reply', text: NOT_UNDERSTOOD };
  if (scripted.kind === 'error') {
    sendError(response, scriptedError(scripted.status, scripted.code));
    return;
  }
  const answer: Answer = answerFrom(scripted, chat.maxTokens);
  const completion = newCompletion(model ?? modelIn(json), Date.now(), promptTokens(chat), answer);
  const cutAfter = fault?.mode === 'cut' ? WORDS_BEFORE_CUT : Number.MAX_SAFE_INTEGER;
  if (chat.stream) await stream(response, completion, chat.includeUsage, { ...deps, cutAfter }, left.signal);
  else sendJson(response, 200, completionBody(completion));
}

/** Whether an answer still follows. */
async function survives(fault: Fault, response: ServerResponse, left: AbortSignal): Promise<boolean> {
  switch (fault.mode) {
    case 'refuse':
      response.destroy();
      return false;
    case 'hang':
      return false;
    case 'slow':
      return wait(fault.delayMs, left);
    case 'error':
      sendError(response, faultyError(fault.status, fault.retryAfterMs));
      return false;
    case 'garbage':
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      response.end('data: {"choices":[{"index":0,"delta":\n\n');
      return false;
    case 'cut':
      return true;
  }
}

async function stream(
  response: ServerResponse,
  completion: Completion,
  includeUsage: boolean,
  { wordDelayMs, cutAfter }: { readonly wordDelayMs: number; readonly cutAfter: number },
  left: AbortSignal,
): Promise<void> {
  let words = 0;
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  for (const { body, isWritten } of completionChunks(completion, includeUsage)) {
    if (isWritten && wordDelayMs > 0 && !(await wait(wordDelayMs, left))) return;
    if (left.aborted) return;
    const taken = response.write(`data: ${JSON.stringify(body)}\n\n`);
    if (!taken && !(await drained(response, left))) return;
    words += isWritten ? 1 : 0;
    if (words >= cutAfter) {
      // What was written leaves first.
      await wait(wordDelayMs, left);
      response.destroy();
      return;
    }
  }
  response.end('data: [DONE]\n\n');
}

/** False when the client left meanwhile. */
function wait(ms: number, left: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal: left }).catch(() => false);
}

function drained(response: ServerResponse, left: AbortSignal): Promise<boolean> {
  return once(response, 'drain', { signal: left }).then(
    () => true,
    () => false,
  );
}

function modelIn(body: unknown): string {
  const model = typeof body === 'object' && body !== null && 'model' in body ? body.model : undefined;
  return typeof model === 'string' ? model : 'scripted';
}

function promptTokens({ messages }: ChatRequest): number {
  return Math.ceil(messages.reduce((sum, { text }) => sum + text.length, 0) / CHARACTERS_PER_TOKEN);
}

/** Says what kind of request it was; what the caller said stays out of the log. */
function logNoAnswer({ messages, tools, wantsJson }: ChatRequest, log: Logger): void {
  const last = messages.at(-1);
  log.warn(
    { messages: messages.length, lastRole: last?.role, toolName: last?.toolName, tools, wantsJson },
    'no script answers',
  );
}
