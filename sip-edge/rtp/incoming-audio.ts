/** From RTP packets to 20 ms frames at 16 kHz: order, loss, rate and keys. */
import type { Tone } from '../leg.ts';
import { Concealment } from './concealment.ts';
import { JitterBuffer, type JitterStats } from './jitter-buffer.ts';
import type { RtpPacket } from './packet.ts';
import { Upsampler } from './resample.ts';
import { type Law } from './g711.ts';
import { ToneReceiver } from './telephone-event.ts';

const CHUNKS_PER_FRAME = 2;

/** Payload types that stand for sound, and the one of keys. */
interface ReceivedPayloads {
  readonly laws: ReadonlyMap<number, Law>;
  readonly telephoneEvent: number | undefined;
}

export class IncomingAudio {
  readonly #jitter = new JitterBuffer();
  readonly #concealment = new Concealment();
  readonly #upsampler = new Upsampler();
  readonly #tones = new ToneReceiver();

  /** Undefined when the payload type is none of `payloads`; otherwise what the packet was, with the key it begins. */
  receive(packet: RtpPacket, payloads: ReceivedPayloads): { readonly tone: Tone | undefined } | undefined {
    if (packet.payloadType === payloads.telephoneEvent) return { tone: this.#tones.receive(packet) };
    const law = payloads.laws.get(packet.payloadType);
    if (law === undefined) return undefined;
    this.#jitter.push(packet, law);
    return { tone: undefined };
  }

  /** The next 320 samples. */
  frame(): Int16Array {
    const narrow = new Int16Array(160);
    for (let chunk = 0; chunk < CHUNKS_PER_FRAME; chunk += 1) {
      narrow.set(this.#concealment.next(this.#jitter.pull()), chunk * 80);
    }
    return this.#upsampler.process(narrow);
  }

  stats(): JitterStats & { readonly framesConcealed: number } {
    return { ...this.#jitter.stats(), framesConcealed: Math.ceil(this.#concealment.concealed / CHUNKS_PER_FRAME) };
  }
}
