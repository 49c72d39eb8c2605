import type { RawData, WebSocket } from 'ws';
import { formatAudioFrame, formatTextFrame, parseTextFrame } from '../../../emulator/speech/protocol/frame.ts';
import { TICKS_PER_MS } from '../../../emulator/speech/protocol/ticks.ts';
import type { Ledger, UtteranceInfo } from './ledger.ts';
import { FRAME_BYTES, FRAME_MS, writeMark } from './marks.ts';

/** From the SSML to the first audio. */
export const FIRST_AUDIO_AFTER_MS = 120;
/** After that audio comes at four times the speed it is played at. */
const PIECE_FRAMES = 10;
const PIECE_EVERY_MS = 50;
/** Near enough to a voice for durations to be plausible. */
export const MS_PER_CHARACTER = 62;
const FRAMES_MIN = 10;
const CONTENT_TYPE = 'audio/x-raw';

/** Synthesis with a fixed delay, in the service's own messages. Its frames carry the utterance's number and their place in it. */
export class VoiceStream {
  readonly #socket: WebSocket;
  readonly #ledger: Ledger;
  /** Speech to cut utterances from: 16 kHz, 16 bit, whole frames. */
  readonly #sound: Buffer;
  #timer: NodeJS.Timeout | undefined;
  #speaking: string | undefined;

  constructor(socket: WebSocket, ledger: Ledger, sound: Buffer) {
    this.#socket = socket;
    this.#ledger = ledger;
    this.#sound = sound;
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('error', () => socket.terminate());
    socket.once('close', () => clearTimeout(this.#timer));
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (isBinary) return;
    const parsed = parseTextFrame(data as Buffer);
    if (!parsed.ok) return;
    const { path, requestId, body } = parsed.frame;
    if (path === 'ssml') this.#speak(requestId, body.toString('utf8'));
    else if (path === 'synthesis.control' && requestId === this.#speaking) this.#end(requestId);
  }

  #speak(requestId: string, ssml: string): void {
    const readMs = performance.now();
    const text = ssml.replace(/<[^>]*>/g, '');
    const frames = Math.max(FRAMES_MIN, Math.ceil((text.length * MS_PER_CHARACTER) / FRAME_MS));
    const turn = this.#ledger.turnIn(text);
    const utterance = this.#ledger.newUtterance(turn, frames);
    if (turn !== undefined && utterance.clause === 0) turn.ssmlMs = readMs;
    const streamId = requestId.toUpperCase();
    this.#speaking = requestId;
    this.#sendText('turn.start', requestId, { context: { serviceTag: 'bench' } });
    this.#sendText('response', requestId, {
      context: { serviceTag: 'bench' },
      audio: { type: 'inline', streamId },
    });
    const audio = markedAudio(utterance, this.#sound);
    this.#timer = setTimeout(() => {
      this.#sendText('audio.metadata', requestId, { Metadata: wordBoundaries(text, frames * FRAME_MS) });
      if (turn !== undefined && utterance.clause === 0) turn.synthesisMs = performance.now();
      this.#sendPieces(requestId, streamId, audio, { at: 0, startedMs: performance.now(), pieces: 0 });
    }, FIRST_AUDIO_AFTER_MS);
  }

  #sendPieces(
    requestId: string,
    streamId: string,
    audio: Buffer,
    progress: { at: number; readonly startedMs: number; pieces: number },
  ): void {
    if (!this.#isOpen) return;
    const end = Math.min(audio.length, progress.at + PIECE_FRAMES * FRAME_BYTES);
    this.#socket.send(formatAudioFrame(requestId, streamId, CONTENT_TYPE, audio.subarray(progress.at, end)));
    progress.at = end;
    progress.pieces += 1;
    if (end === audio.length) {
      this.#end(requestId);
      return;
    }
    const dueMs = progress.startedMs + progress.pieces * PIECE_EVERY_MS - performance.now();
    this.#timer = setTimeout(() => this.#sendPieces(requestId, streamId, audio, progress), Math.max(0, dueMs));
  }

  #end(requestId: string): void {
    clearTimeout(this.#timer);
    this.#speaking = undefined;
    this.#sendText('turn.end', requestId, {});
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  #sendText(path: string, requestId: string, body: unknown): void {
    if (this.#isOpen) this.#socket.send(formatTextFrame(path, requestId, body));
  }
}

/** The samples of frame `place` of any utterance, marks aside. */
function soundOfFrame(sound: Buffer, place: number): Buffer {
  const at = (place % (sound.length / FRAME_BYTES)) * FRAME_BYTES;
  return sound.subarray(at, at + FRAME_BYTES);
}

function markedAudio({ id, frames }: UtteranceInfo, sound: Buffer): Buffer {
  const audio = Buffer.allocUnsafe(frames * FRAME_BYTES);
  for (let place = 0; place < frames; place += 1) {
    soundOfFrame(sound, place).copy(audio, place * FRAME_BYTES);
    writeMark('agent', { high: place, low: id }, audio, place * FRAME_BYTES);
  }
  return audio;
}

function wordBoundaries(text: string, durationMs: number): object[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const eachMs = durationMs / Math.max(1, words.length);
  return words.map((word, index) => ({
    Type: 'WordBoundary',
    Data: {
      Offset: Math.round(index * eachMs * TICKS_PER_MS),
      Duration: Math.round(eachMs * TICKS_PER_MS),
      text: { Text: word, Length: word.length, BoundaryType: 'WordBoundary' },
    },
  }));
}
