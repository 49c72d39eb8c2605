import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { RawData, WebSocket } from 'ws';
import { formatAudioFrame, formatTextFrame, parseBinaryFrame, parseTextFrame, type SpeechFrame } from './frame.ts';

/** Close codes the service uses; the SDK reports 1007 as `BadRequestParameters` and any other but 1000 as a connection failure. */
export type CloseCode = 1000 | 1001 | 1007 | 1009 | 1011;

/** What a surface (recognition, synthesis) does with one client's frames. */
export interface FrameHandler {
  handle(frame: SpeechFrame): void;
  /** The socket is gone. Called once. */
  closed(): void;
}

/** A client that does not read for so long is cut off rather than held in memory. */
const MAX_UNSENT_BYTES = 32 * 1024 * 1024;
const MAX_REASON_BYTES = 123;

/** One client's WebSocket: frames in, frames out, and one way to end it. `answerDelayMs` is for the `slow` fault. */
export class SpeechConnection {
  readonly id = randomUUID().replaceAll('-', '');
  readonly #socket: WebSocket;
  readonly #log: Logger;
  readonly #late = new Set<NodeJS.Timeout>();
  #handler: FrameHandler | undefined;
  answerDelayMs = 0;

  constructor(socket: WebSocket, log: Logger) {
    this.#socket = socket;
    this.#log = log;
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    // A message over the limit or a broken frame: ws closes with the fitting code after this.
    socket.on('error', (error) => log.warn({ connection: this.id, err: error.message }, 'speech connection broken'));
    socket.once('close', () => this.#free());
  }

  attach(handler: FrameHandler): void {
    this.#handler = handler;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  sendText(path: string, requestId: string, body: unknown): void {
    this.#send(formatTextFrame(path, requestId, body));
  }

  sendAudio(requestId: string, streamId: string, contentType: string, audio: Buffer): void {
    this.#send(formatAudioFrame(requestId, streamId, contentType, audio));
  }

  /** For the `garbage` fault. */
  sendGarbage(): void {
    this.#send('no message');
  }

  /** Idempotent. */
  close(code: CloseCode, reason: string): void {
    if (!this.isOpen) return;
    if (code !== 1000 && code !== 1001)
      this.#log.warn({ connection: this.id, code, reason }, 'speech connection refused');
    this.#socket.close(code, reason.slice(0, MAX_REASON_BYTES));
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #send(message: string | Buffer): void {
    if (this.answerDelayMs === 0) {
      this.#sendNow(message);
      return;
    }
    const timer = setTimeout(() => {
      this.#late.delete(timer);
      this.#sendNow(message);
    }, this.answerDelayMs);
    this.#late.add(timer);
  }

  #sendNow(message: string | Buffer): void {
    if (!this.isOpen) return;
    if (this.#socket.bufferedAmount > MAX_UNSENT_BYTES) {
      this.#socket.terminate();
      return;
    }
    this.#socket.send(message);
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (!this.isOpen) return;
    const message = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer);
    const parsed = isBinary ? parseBinaryFrame(message) : parseTextFrame(message);
    if (!parsed.ok) {
      this.close(1007, `Malformed message: ${parsed.fault}`);
      return;
    }
    this.#handler?.handle(parsed.frame);
  }

  #free(): void {
    for (const timer of this.#late) clearTimeout(timer);
    this.#late.clear();
    this.#handler?.closed();
    this.#handler = undefined;
  }
}
