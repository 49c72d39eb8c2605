import { WebSocket } from 'ws';
import type { CallPlace } from '../bridge/call-rows.ts';
import { Caller } from '../bridge/caller.ts';
import type { FrameWheel } from '../bridge/frame-wheel.ts';
import { METADATA_MESSAGE, readBridgeMessage, silenceMessage } from '../bridge/frames.ts';
import { newPaceFindings } from '../bridge/pace.ts';
import { pause } from '../bridge/stage.ts';
import { callerText, shortReply } from '../bridge/words.ts';
import type { Ledger } from '../services/ledger.ts';
import { CALL_NUMBERS, FRAME_MS } from '../services/marks.ts';

/** How a media session begins and how, at most a second later, it is over. */
export type VisitKind =
  /** The ticket is not the call's. */
  | 'refused'
  /** Closed as soon as it is open. */
  | 'at-once'
  /** Closed while the agent greets. */
  | 'during-greeting'
  /** The connection breaks while the agent greets. */
  | 'broken'
  /** Closed while the caller speaks. */
  | 'mid-recognition'
  /** Closed while the agent answers what the caller said. */
  | 'during-reply';

export interface Visitors {
  readonly ledger: Ledger;
  readonly wheel: FrameWheel;
  /** Headers of ACS's upgrade request. */
  readonly headers: Readonly<Record<string, string>>;
  /** The caller's words, ready to send. */
  readonly words: readonly Buffer[];
}

/** Generous: what counts here is what is left behind, on however slow a machine. */
const VISIT_TIMEOUT_MS = 30_000;
const QUIET_FRAMES = 5;
/** So much is said before the caller is gone in the middle of it. */
const WORD_FRAMES = 15;

/** Opens one media session and leaves it as the kind says. Throws when the bridge does not do its part. */
export async function visit(kind: VisitKind, call: CallPlace, visitors: Visitors, signal: AbortSignal): Promise<void> {
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(VISIT_TIMEOUT_MS)]);
  try {
    if (kind === 'refused') await beRefused(call, visitors, inTime);
    else if (kind === 'during-reply') await leaveDuringReply(call, visitors, inTime);
    else await leave(kind, call, visitors, inTime);
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(`media session ${kind} of call ${call.callId} went wrong`, { cause: error });
  }
}

async function beRefused(call: CallPlace, { headers }: Visitors, signal: AbortSignal): Promise<void> {
  const socket = new WebSocket(`${call.url}0`, { headers });
  socket.on('error', () => undefined);
  await heard(socket, 'unexpected-response', signal);
  socket.terminate();
}

async function leave(
  kind: Exclude<VisitKind, 'refused' | 'during-reply'>,
  { url, number }: CallPlace,
  { headers, words }: Visitors,
  signal: AbortSignal,
): Promise<void> {
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => socket.terminate());
  socket.on('message', (data: Buffer) => {
    if (readBridgeMessage(data).kind === 'audio') socket.emit('voice');
  });
  const voice = heard(socket, 'voice', signal);
  // Who does not wait for it does not miss it.
  voice.catch(() => undefined);
  await heard(socket, 'open', signal);
  socket.send(METADATA_MESSAGE);
  if (kind !== 'at-once') await voice;
  if (kind === 'mid-recognition') {
    for (let low = 0; low < QUIET_FRAMES; low += 1) socket.send(silenceMessage({ high: number % CALL_NUMBERS, low }));
    for (const frame of words.slice(0, WORD_FRAMES)) {
      socket.send(frame, { binary: false });
      await pause(FRAME_MS, signal);
    }
  }
  if (kind === 'broken') socket.terminate();
  else socket.close(1000);
  await closed;
}

async function leaveDuringReply(call: CallPlace, visitors: Visitors, signal: AbortSignal): Promise<void> {
  const { ledger, wheel, headers, words } = visitors;
  const place = { ...call, number: call.number % CALL_NUMBERS };
  const caller = new Caller({ call: place, of: CALL_NUMBERS, ledger, wheel, headers, pace: newPaceFindings() });
  try {
    await caller.connect();
    await caller.until(() => caller.agentSpeaks, signal);
    await caller.until(() => !caller.agentSpeaks, signal);
    const { nextTurn, number } = caller;
    const text = callerText(number, nextTurn);
    const turn = await caller.speak(words, text, shortReply(number, nextTurn, 1, 'usual'), signal);
    await caller.until(() => turn.firstAudioMs !== undefined, signal);
    if (turn.firstAudioMs === undefined) throw new Error('closed before the reply');
  } finally {
    caller.close();
  }
}

/** Rejects when the socket closes before, or when the signal says so. */
function heard(socket: WebSocket, event: 'open' | 'unexpected-response' | 'voice', signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off('close', onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onAbort = (): void => settle(new Error(`no ${event} in time`));
    const onClose = (): void => settle(new Error(`closed before ${event}`));
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('close', onClose);
    socket.once(event, () => settle());
  });
}
