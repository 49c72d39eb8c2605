import type { Log } from '#adapters/logging/logger';
import { SAMPLE_RATE_HZ } from '#core/audio/pcm';
import type { CallId } from '#core/ids';
import { readInboundMessage } from '../acs/inbound-message.ts';
import { stopAudioMessage } from '../acs/outbound-message.ts';
import type { MediaSocket, SessionEnd } from './session-services.ts';

/** RFC 6455 section 7.4.1 and its registry: 1012 is "service restart". */
const CLOSE_CODES: { readonly [End in SessionEnd]: number } = {
  'socket-closed': 1000,
  'call-ended': 1000,
  'hung-up': 1000,
  silent: 1011,
  replaced: 1000,
  drained: 1012,
  broken: 1011,
};
/** Two seconds of audio: a peer that reads so slowly will not play it in time either. */
const BUFFERED_MAX_BYTES = 2 * 50 * 1_000;

/** A call's socket, which knows what a frame of audio looks like on it. */
export interface CallSocket extends MediaSocket {
  sendAudio(frame: Int16Array): void;
}

export interface MediaStreamOptions {
  readonly socket: CallSocket;
  readonly callId: CallId;
  readonly log: Log;
  readonly onAudio: (pcm: Int16Array) => void;
  readonly onKey: (key: string) => void;
}

/** What goes over the socket of a call, both ways. What is not understood of it is counted, and harms nobody. */
export class MediaStream {
  readonly #options: MediaStreamOptions;
  readonly #counts = { malformed: 0, unknownKind: 0, droppedFrames: 0 };

  constructor(options: MediaStreamOptions) {
    this.#options = options;
  }

  /** Messages that were not understood, and frames of ours that were not sent. */
  get counts(): { readonly malformed: number; readonly unknownKind: number; readonly droppedFrames: number } {
    return this.#counts;
  }

  /** A message of the socket, in whatever shape. */
  read(data: Buffer, isBinary: boolean): void {
    const reading = isBinary
      ? ({ ok: false, problem: 'malformed', where: 'frame type' } as const)
      : readInboundMessage(data);
    if (!reading.ok) {
      this.#complain(reading.problem, 'where' in reading ? reading.where : undefined);
      return;
    }
    const { message } = reading;
    switch (message.kind) {
      case 'audio':
        this.#options.onAudio(message.pcm);
        return;
      case 'key':
        this.#options.onKey(message.key);
        return;
      case 'metadata':
        this.#checkFormat(message.sampleRateHz);
    }
  }

  sendFrame(pcm: Int16Array): void {
    const { socket } = this.#options;
    if (socket.bufferedAmount > BUFFERED_MAX_BYTES) this.#counts.droppedFrames += 1;
    else socket.sendAudio(pcm);
  }

  /** Takes back what the front has queued. */
  stopAudio(): void {
    this.#options.socket.send(stopAudioMessage);
  }

  close(reason: SessionEnd): void {
    this.#options.socket.close(CLOSE_CODES[reason], reason);
  }

  /** What the answer asked for is what comes; anything else is a misunderstanding that nobody would hear otherwise than as noise. */
  #checkFormat(sampleRateHz: number): void {
    const { callId, log } = this.#options;
    if (sampleRateHz !== SAMPLE_RATE_HZ) log.error({ callId, sampleRateHz }, 'media format not understood');
  }

  /** The first of its kind is logged, the others are counted: a stream of rubbish must not become a stream of log lines. */
  #complain(problem: 'unknown-kind' | 'malformed', where: string | undefined): void {
    const { callId, log } = this.#options;
    const count = problem === 'malformed' ? (this.#counts.malformed += 1) : (this.#counts.unknownKind += 1);
    if (count === 1) log.warn({ callId, problem, where }, 'media message ignored');
  }
}
