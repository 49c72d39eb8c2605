import type { RawData, WebSocket } from 'ws';
import { formatTextFrame, parseBinaryFrame, type SpeechFrame } from '../../../emulator/speech/protocol/frame.ts';
import { TICKS_PER_MS } from '../../../emulator/speech/protocol/ticks.ts';
import type { Ledger, TurnTimes } from './ledger.ts';
import { FRAME_BYTES, FRAME_MS, readMark } from './marks.ts';

/** From the caller's last voiced frame to the final. It is a delay of the service: audio that arrives later than this makes the final late, and the bridge pays. */
export const FINAL_AFTER_MS = 100;
const PARTIAL_EVERY_FRAMES = 15;
const RIFF_HEADER_BYTES = 44;

export interface RecogniserCounts {
  streams: number;
  /** Frames of a caller that never came, or came twice. */
  wrongFrames: number;
}

/**
 * Recognition with a fixed delay, in the service's own messages. It understands what the ledger says is being spoken, once the audio of it has
 * really arrived: marks in the silence before tell which call this is, and the running number of each frame that follows.
 */
export class RecogniserStream {
  readonly #socket: WebSocket;
  readonly #ledger: Ledger;
  readonly #counts: RecogniserCounts;
  #requestId: string | undefined;
  #call: number | undefined;
  #stopListening: () => void = () => undefined;
  #headerBytesLeft = 0;
  #bytes = 0;
  /** Running number of the stream's first frame, once a mark has told it. */
  #firstNumber = 0;
  #partialAt = 0;
  #final: NodeJS.Timeout | undefined;
  #awaited: TurnTimes | undefined;

  constructor(socket: WebSocket, ledger: Ledger, counts: RecogniserCounts) {
    this.#socket = socket;
    this.#ledger = ledger;
    this.#counts = counts;
    counts.streams += 1;
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('error', () => socket.terminate());
    socket.once('close', () => {
      clearTimeout(this.#final);
      this.#stopListening();
    });
  }

  #receive(data: RawData, isBinary: boolean): void {
    // Text messages configure; what matters of them is fixed here.
    if (!isBinary) return;
    const parsed = parseBinaryFrame(data as Buffer);
    if (parsed.ok && parsed.frame.path === 'audio') this.#hear(parsed.frame);
  }

  #hear({ requestId, body }: SpeechFrame): void {
    if (this.#requestId !== requestId) this.#beginTurn(requestId, body);
    let audio = body;
    if (this.#headerBytesLeft > 0) {
      audio = body.subarray(this.#headerBytesLeft);
      this.#headerBytesLeft = 0;
    }
    let at = (FRAME_BYTES - (this.#bytes % FRAME_BYTES)) % FRAME_BYTES;
    for (; at < audio.length; at += FRAME_BYTES) this.#readMark(audio, at);
    this.#bytes += audio.length;
    this.#follow();
  }

  #beginTurn(requestId: string, body: Buffer): void {
    this.#requestId = requestId;
    this.#bytes = 0;
    this.#headerBytesLeft = body.subarray(0, 4).toString('latin1') === 'RIFF' ? RIFF_HEADER_BYTES : 0;
    this.#send('turn.start', { context: { serviceTag: 'bench' } });
  }

  #readMark(audio: Buffer, at: number): void {
    const mark = readMark('caller', audio, at);
    if (mark === undefined) return;
    const firstNumber = mark.low - (this.#bytes + at) / FRAME_BYTES;
    if (this.#call === mark.high) {
      if (firstNumber !== this.#firstNumber) this.#counts.wrongFrames += Math.abs(firstNumber - this.#firstNumber);
    } else {
      this.#stopListening();
      this.#call = mark.high;
      this.#stopListening = this.#ledger.onSpoken(mark.high, (turn) => this.#spoken(turn));
    }
    this.#firstNumber = firstNumber;
  }

  /** Running number of the last frame that is here whole. */
  get #lastNumber(): number {
    return this.#firstNumber + Math.floor(this.#bytes / FRAME_BYTES) - 1;
  }

  #follow(): void {
    const turn = this.#call === undefined ? undefined : this.#ledger.current(this.#call);
    if (turn === undefined || turn.finalMs !== undefined) return;
    const heard = this.#lastNumber - turn.firstFrame + 1;
    if (heard >= PARTIAL_EVERY_FRAMES && heard - this.#partialAt >= PARTIAL_EVERY_FRAMES) {
      if (this.#partialAt === 0) this.#send('speech.startDetected', { Offset: this.#ticks(turn.firstFrame) });
      this.#partialAt = heard;
      const text = turn.callerText.toLowerCase().replace(/[^\p{Letter}' ]/gu, '');
      this.#send('speech.hypothesis', { Text: text, ...this.#span(turn, this.#lastNumber) });
    }
    if (this.#awaited === turn) this.#arrive(turn);
  }

  #spoken(turn: TurnTimes): void {
    this.#awaited = turn;
    this.#arrive(turn);
  }

  #arrive(turn: TurnTimes): void {
    if (turn.lastFrame === undefined || turn.lastVoicedMs === undefined || this.#lastNumber < turn.lastFrame) return;
    this.#awaited = undefined;
    this.#partialAt = 0;
    turn.arrivedMs = performance.now();
    const waitMs = Math.max(0, Math.ceil(turn.lastVoicedMs + FINAL_AFTER_MS - turn.arrivedMs));
    this.#final = setTimeout(() => this.#settle(turn), waitMs);
  }

  #settle(turn: TurnTimes): void {
    const { callerText: text } = turn;
    const best = { Confidence: 0.95, Lexical: text, ITN: text, MaskedITN: text, Display: text };
    turn.finalMs = performance.now();
    this.#send('speech.phrase', {
      RecognitionStatus: 'Success',
      DisplayText: text,
      NBest: [best],
      ...this.#span(turn, turn.lastFrame ?? this.#lastNumber),
    });
  }

  #span(turn: TurnTimes, last: number): { Offset: number; Duration: number } {
    return { Offset: this.#ticks(turn.firstFrame), Duration: (last - turn.firstFrame + 1) * FRAME_MS * TICKS_PER_MS };
  }

  #ticks(number: number): number {
    return Math.max(0, number - this.#firstNumber) * FRAME_MS * TICKS_PER_MS;
  }

  #send(path: string, body: unknown): void {
    if (this.#socket.readyState === this.#socket.OPEN)
      this.#socket.send(formatTextFrame(path, this.#requestId ?? '', body));
  }
}
