import { AudioInputStream, AudioStreamFormat } from 'microsoft-cognitiveservices-speech-sdk';

const SAMPLE_RATE_HZ = 16_000;
/** As much as the SDK's own stream sends in one message, always: 100 ms. */
const MESSAGE_SAMPLES = SAMPLE_RATE_HZ / 10;

/** Messages are what sending costs: frames go together where nobody waits for the answer. */
export type Pace = 'together' | 'at-once';

interface Chunk {
  readonly buffer: ArrayBuffer | null;
  readonly isEnd: boolean;
  readonly timeReceived: number;
}

/**
 * 16 kHz, 16 bit, mono PCM into the Speech SDK, in messages as short as they have to be. The SDK's own push stream holds back the end of a sentence for
 * up to 80 ms. What the SDK asks of such a stream is its `IAudioSource`, which it does not export (1.52).
 */
export class FrameSource extends AudioInputStream {
  readonly format = Promise.resolve(AudioStreamFormat.getWaveFormatPCM(SAMPLE_RATE_HZ, 16, 1));
  /** Goes to Microsoft with telemetry only, which is off. */
  readonly deviceInfo = Promise.resolve({
    type: 'Stream',
    samplerate: SAMPLE_RATE_HZ,
    bitspersample: 16,
    channelcount: 1,
  });
  /** The SDK listens for telemetry's sake. */
  readonly events = { attachListener: () => ({ detach: () => Promise.resolve() }) };
  readonly #message = new Int16Array(MESSAGE_SAMPLES);
  readonly #chunks: Chunk[] = [];
  #filled = 0;
  #reader: ((chunk: Chunk) => void) | undefined;
  #state: 'open' | 'ended' = 'open';

  static open(): FrameSource {
    return new FrameSource();
  }

  /** What is written and not yet taken by the SDK. */
  get waitingMs(): number {
    return (this.#chunks.length * MESSAGE_SAMPLES * 1000) / SAMPLE_RATE_HZ;
  }

  /** The samples are copied. */
  write(pcm: Int16Array, pace: Pace): void {
    if (this.#state === 'ended') return;
    for (let at = 0; at < pcm.length;) {
      const room = MESSAGE_SAMPLES - this.#filled;
      const part = at === 0 && pcm.length <= room ? pcm : pcm.subarray(at, at + room);
      this.#message.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === MESSAGE_SAMPLES) this.#send();
    }
    if (pace === 'at-once') this.#send();
  }

  /** No more audio comes. */
  close(): void {
    if (this.#state === 'ended') return;
    this.#send();
    this.#state = 'ended';
    this.#hand({ buffer: null, isEnd: true, timeReceived: Date.now() });
  }

  id(): string {
    return 'frames';
  }

  turnOn(): Promise<void> {
    return Promise.resolve();
  }

  turnOff(): Promise<void> {
    return Promise.resolve();
  }

  detach(): void {
    // Nothing is held for whoever listens.
  }

  attach(nodeId: string) {
    return Promise.resolve({
      id: () => nodeId,
      detach: () => Promise.resolve(),
      read: () => this.#read(),
    });
  }

  #read(): Promise<Chunk> {
    const chunk = this.#chunks.shift();
    return chunk === undefined ? new Promise((resolve) => (this.#reader = resolve)) : Promise.resolve(chunk);
  }

  #send(): void {
    if (this.#filled === 0) return;
    const buffer = this.#message.slice(0, this.#filled).buffer;
    this.#filled = 0;
    this.#hand({ buffer, isEnd: false, timeReceived: Date.now() });
  }

  #hand(chunk: Chunk): void {
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader === undefined) this.#chunks.push(chunk);
    else reader(chunk);
  }
}
