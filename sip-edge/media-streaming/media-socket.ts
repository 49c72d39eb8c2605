/** One WebSocket connection to the application: opened once, ended once. */
import { WebSocket } from 'ws';

const HANDSHAKE_TIMEOUT_MS = 5_000;
/** Largest message taken, in bytes: 64 kB of audio in base64 and its envelope, with room. */
const MAX_MESSAGE_BYTES = 256 * 1024;
/** Unsent bytes beyond which audio frames are left out: some 4 s of 16 kHz audio for an application that does not read. */
const MAX_UNSENT_BYTES = 256 * 1024;
/** How long the application may take to answer our close. */
const CLOSE_GRACE_MS = 2_000;
const NORMAL_CLOSURE = 1000;

export type SocketEnd =
  /** The upgrade was answered with an HTTP status. */
  | { readonly kind: 'refused'; readonly status: number }
  /** No connection, or no answer in time. */
  | { readonly kind: 'unreachable' }
  /** It was open, and then closed by the application or lost. */
  | { readonly kind: 'lost'; readonly code: number };

interface MediaSocketEvents {
  onOpen(): void;
  onText(text: string): void;
  onBinary(): void;
  /** Once, and not after `end` or `drop`. */
  onEnd(end: SocketEnd): void;
}

export class MediaSocket {
  readonly #socket: WebSocket;
  #skippedFrames = 0;

  constructor(url: string, headers: Readonly<Record<string, string>>, events: MediaSocketEvents) {
    this.#socket = new WebSocket(url, {
      headers,
      perMessageDeflate: false,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      maxPayload: MAX_MESSAGE_BYTES,
    });
    let opened = false;
    let refusedWith: number | undefined;
    this.#socket.on('unexpected-response', (request, response) => {
      refusedWith = response.statusCode ?? 0;
      response.resume();
      request.destroy();
      this.#socket.terminate();
    });
    this.#socket.on('open', () => {
      opened = true;
      events.onOpen();
    });
    this.#socket.on('message', (data, isBinary) => {
      if (isBinary) events.onBinary();
      else events.onText(textOf(data));
    });
    // The close event follows and carries the meaning; without a listener an error would end the process.
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', (code) => {
      if (opened) events.onEnd({ kind: 'lost', code });
      else if (refusedWith !== undefined) events.onEnd({ kind: 'refused', status: refusedWith });
      else events.onEnd({ kind: 'unreachable' });
    });
  }

  /** Audio frames left out because the application does not read fast enough. */
  get skippedFrames(): number {
    return this.#skippedFrames;
  }

  send(text: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#socket.bufferedAmount > MAX_UNSENT_BYTES) {
      this.#skippedFrames += 1;
      return;
    }
    this.#socket.send(text);
  }

  /** Closes with 1000; without an answer the connection is cut. */
  end(): void {
    this.#detach();
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const timer = setTimeout(() => {
      this.#socket.terminate();
    }, CLOSE_GRACE_MS);
    this.#socket.on('close', () => {
      clearTimeout(timer);
    });
    this.#socket.close(NORMAL_CLOSURE);
  }

  /** Cuts the connection as a network failure does; `onEnd` follows. */
  cut(): void {
    this.#socket.terminate();
  }

  #detach(): void {
    this.#socket.removeAllListeners();
    this.#socket.on('error', () => undefined);
  }
}

function textOf(data: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
