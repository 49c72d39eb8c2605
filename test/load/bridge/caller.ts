import { WebSocket } from 'ws';
import type { Ledger, ReplyPlan, TurnTimes } from '../services/ledger.ts';
import type { CallPlace } from './call-rows.ts';
import type { FrameWheel } from './frame-wheel.ts';
import { METADATA_MESSAGE, readBridgeMessage, silenceMessage } from './frames.ts';
import { PaceMeter, type PaceFindings } from './pace.ts';

/** After the last frame of an utterance so much quiet says that the reply is over: another clause would have come by now. */
const REPLY_OVER_MS = 300;
/** And when its last frame never came. */
const REPLY_LOST_MS = 1_500;
const NO_MASK = { generateMask: (mask: Buffer) => void mask.fill(0), skipUTF8Validation: true };

export interface CallerOptions {
  readonly call: CallPlace;
  /** How many callers share the wheel. */
  readonly of: number;
  readonly ledger: Ledger;
  readonly wheel: FrameWheel;
  readonly headers: Readonly<Record<string, string>>;
  readonly pace: PaceFindings;
  /** From the beginning of the call on. */
  readonly background?: Background | undefined;
}

/** What a caller's line sounds like when nobody speaks: told what the agent's voice plays in the caller's ear in this very frame, if anything. Silence for nothing. */
export type Background = (played: number | undefined) => Buffer | undefined;

/** ACS's end of one call, with a caller on it: sends a frame every 20 ms for as long as the call lasts, and notes what comes back. */
export class Caller {
  readonly number: number;
  readonly #options: CallerOptions;
  readonly #socket: WebSocket;
  readonly #pace: PaceMeter;
  readonly #waiters = new Set<() => void>();
  #stopBeating: () => void = () => undefined;
  #sent = 0;
  #speaking: { readonly frames: readonly Buffer[]; at: number; readonly turn: TurnTimes } | undefined;
  #background: Background | undefined;
  /** Places of frames that wait in the caller's telephone. */
  readonly #ear: number[] = [];
  #turns = 0;
  #turn: TurnTimes | undefined;
  #lastFrameMs = 0;
  #mouth: 'quiet' | 'speaking' | 'at-end' = 'quiet';
  readonly #stopsMs: number[] = [];
  #closeCode: number | undefined;

  constructor(options: CallerOptions) {
    const { call, headers } = options;
    this.#options = options;
    this.number = call.number;
    this.#pace = new PaceMeter(options.pace);
    this.#background = options.background;
    this.#socket = new WebSocket(call.url, {
      headers: {
        ...headers,
        'x-ms-call-connection-id': call.connectionId,
        'x-ms-call-correlation-id': call.correlationId,
      },
      perMessageDeflate: false,
      ...NO_MASK,
    });
    this.#socket.on('message', (data: Buffer) => this.#receive(data));
    this.#socket.on('close', (code) => {
      this.#closeCode = code;
      this.#stopBeating();
      this.#wake();
    });
  }

  /** Resolves when the socket is open and frames flow. Throws when the bridge refuses. */
  async connect(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#socket.once('open', resolve);
      this.#socket.once('error', reject);
    });
    this.#socket.on('error', () => this.#socket.terminate());
    this.#socket.send(METADATA_MESSAGE);
    this.#stopBeating = this.#options.wheel.add(() => this.#beat(), this.number, this.#options.of);
  }

  get isOpen(): boolean {
    return this.#closeCode === undefined;
  }

  /** When the StopAudio messages came. */
  get stopsMs(): readonly number[] {
    return this.#stopsMs;
  }

  get agentSpeaks(): boolean {
    return this.#mouth !== 'quiet';
  }

  set background(background: Background | undefined) {
    this.#background = background;
  }

  /** The next frames are these words. Resolves when the last voiced one is sent. */
  async speak(
    frames: readonly Buffer[],
    callerText: string,
    reply: ReplyPlan,
    signal: AbortSignal,
  ): Promise<TurnTimes> {
    this.#turns += 1;
    const turn: TurnTimes = {
      call: this.number,
      turn: this.#turns,
      callerText,
      reply,
      firstFrame: this.#sent,
      lastFrame: undefined,
      onsetMs: Number.NaN,
      lastVoicedMs: undefined,
      arrivedMs: undefined,
      finalMs: undefined,
      requestMs: undefined,
      requests: 0,
      firstTokenMs: undefined,
      ssmlMs: undefined,
      synthesisMs: undefined,
      firstAudioMs: undefined,
    };
    this.#turn = turn;
    this.#options.ledger.begin(turn);
    this.#speaking = { frames, at: 0, turn };
    await this.until(() => turn.lastVoicedMs !== undefined, signal);
    return turn;
  }

  get nextTurn(): number {
    return this.#turns + 1;
  }

  /** Resolves when it holds, looked at with every message and every beat, or when the call is over. Throws the signal's reason. */
  until(holds: () => boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!signal.aborted && !holds() && this.isOpen) return;
        this.#waiters.delete(look);
        if (signal.aborted) reject(signal.reason as Error);
        else resolve();
      };
      this.#waiters.add(look);
      look();
    });
  }

  close(): void {
    this.#stopBeating();
    this.#socket.close(1000);
  }

  #beat(): void {
    const played = this.#ear.shift();
    const quietAfterMs = this.#mouth === 'at-end' ? REPLY_OVER_MS : REPLY_LOST_MS;
    if (performance.now() - this.#lastFrameMs > quietAfterMs) this.#mouth = 'quiet';
    const { turn, frames, at } = this.#speaking ?? {};
    const frame = at === undefined ? undefined : frames?.[at];
    if (this.#speaking === undefined || turn === undefined || frame === undefined) {
      this.#send(this.#background?.(played) ?? silenceMessage({ high: this.number, low: this.#sent }));
    } else {
      if (at === 0) {
        turn.firstFrame = this.#sent;
        turn.onsetMs = performance.now();
      }
      this.#send(frame);
      this.#speaking.at += 1;
      if (this.#speaking.at === this.#speaking.frames.length) this.#spoken(turn);
    }
    this.#wake();
  }

  #spoken(turn: TurnTimes): void {
    turn.lastFrame = this.#sent - 1;
    turn.lastVoicedMs = performance.now();
    this.#speaking = undefined;
    this.#options.ledger.spoken(turn);
  }

  #send(message: Buffer): void {
    this.#socket.send(message, { binary: false });
    this.#sent += 1;
  }

  #receive(data: Buffer): void {
    const atMs = performance.now();
    const message = readBridgeMessage(data);
    if (message.kind === 'stop-audio') {
      this.#stopsMs.push(atMs);
      this.#mouth = 'quiet';
      this.#ear.length = 0;
      this.#pace.stopped();
    } else if (message.kind === 'audio') {
      const utterance = message.mark === undefined ? undefined : this.#options.ledger.utterance(message.mark.low);
      const place = message.mark?.high ?? 0;
      this.#lastFrameMs = atMs;
      this.#ear.push(place);
      this.#pace.frame(utterance?.turn?.turn ?? 0, atMs);
      this.#mouth = utterance !== undefined && place === utterance.frames - 1 ? 'at-end' : 'speaking';
      if (utterance?.turn !== undefined && utterance.turn === this.#turn) utterance.turn.firstAudioMs ??= atMs;
    }
    this.#wake();
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter();
  }
}
