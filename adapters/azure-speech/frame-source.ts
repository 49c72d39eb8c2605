import { AudioInputStream, AudioStreamFormat } from 'microsoft-cognitiveservices-speech-sdk';
import { AudioRing } from './audio-ring.ts';

const SAMPLE_RATE_HZ = 16_000;
const SAMPLES_PER_MS = SAMPLE_RATE_HZ / 1000;

/** What may wait for a slow service, or be sent again. Older speech than this is worth less than the memory of a hundred calls. */
const KEPT_MS = 20_000;

/** Messages are what sending costs: frames go together where nobody waits for the answer, and more of them where nobody speaks. */
export type Pace = 'sparse' | 'together' | 'at-once';

/** So much has gathered before it leaves. 100 ms are what the SDK's own stream sends in one message, always. */
const GATHERED_MS: Readonly<Record<Pace, number>> = { sparse: 300, together: 100, 'at-once': 0 };
const MESSAGE_MAX_SAMPLES = GATHERED_MS.sparse * SAMPLES_PER_MS;

interface Chunk {
  readonly buffer: Sound | null;
  readonly isEnd: boolean;
  /** The SDK tells latencies by it, to telemetry only, and none by 0. */
  readonly timeReceived: 0;
}

/** What the SDK asks of audio that it keeps. To send it, it wants an `ArrayBuffer`. */
type Sound = Pick<ArrayBuffer, 'byteLength' | 'slice'>;

const END: Chunk = { buffer: null, isEnd: true, timeReceived: 0 };

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
  readonly #ring = new AudioRing(KEPT_MS * SAMPLES_PER_MS);
  /** Samples before this place may leave. */
  #due = 0;
  /** Samples before this place are the SDK's. */
  #taken = 0;
  #last: Message | undefined;
  #reader: ((chunk: Chunk) => void) | undefined;
  #state: 'open' | 'ended' = 'open';

  static open(): FrameSource {
    return new FrameSource();
  }

  /** Whether there was room. The samples are copied. */
  write(pcm: Int16Array, pace: Pace): boolean {
    if (this.#state === 'ended') return true;
    if (this.#ring.written - this.#taken + pcm.length > this.#ring.capacity) return false;
    this.#ring.write(pcm);
    if (this.#ring.written - this.#due >= GATHERED_MS[pace] * SAMPLES_PER_MS) this.#send();
    return true;
  }

  /** No more audio comes. */
  close(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#send();
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
    const chunk = this.#next();
    return chunk === undefined ? new Promise((resolve) => (this.#reader = resolve)) : Promise.resolve(chunk);
  }

  #send(): void {
    this.#due = this.#ring.written;
    const reader = this.#reader;
    const chunk = reader === undefined ? undefined : this.#next();
    if (chunk === undefined) return;
    this.#reader = undefined;
    reader?.(chunk);
  }

  /** The SDK asks for more once it has sent what it was given: from then on that is here only. */
  #next(): Chunk | undefined {
    const samples = Math.min(this.#due - this.#taken, MESSAGE_MAX_SAMPLES);
    if (samples === 0) return this.#state === 'ended' ? END : undefined;
    const sent = this.#last?.giveUp();
    const buffer = sent?.byteLength === samples * 2 ? sent : new ArrayBuffer(samples * 2);
    this.#last = new Message(this.#ring, this.#taken, buffer);
    this.#taken += samples;
    return this.#last;
  }
}

/**
 * One message's audio. The SDK keeps it until the service settles it, and sends it once more where the service ended a turn before: so it stays in the
 * ring, since a buffer of its own for each message would grow old, and what is old is collected while all calls wait.
 */
class Message implements Chunk, Sound {
  readonly byteLength: number;
  readonly #ring: AudioRing;
  readonly #from: number;
  /** Until it is sent. */
  #unsent: ArrayBuffer | undefined;

  /** `buffer` is filled. */
  constructor(ring: AudioRing, from: number, buffer: ArrayBuffer) {
    ring.read(new Int16Array(buffer), from);
    this.byteLength = buffer.byteLength;
    this.#ring = ring;
    this.#from = from;
    this.#unsent = buffer;
  }

  get isEnd(): boolean {
    return false;
  }

  get timeReceived(): 0 {
    return 0;
  }

  get buffer(): Sound {
    return this.#unsent ?? this;
  }

  slice(beginBytes = 0): ArrayBuffer {
    const rest = new ArrayBuffer(this.byteLength - beginBytes);
    this.#ring.read(new Int16Array(rest), this.#from + beginBytes / 2);
    return rest;
  }

  /** The buffer is free for another message. */
  giveUp(): ArrayBuffer | undefined {
    const buffer = this.#unsent;
    this.#unsent = undefined;
    return buffer;
  }
}
