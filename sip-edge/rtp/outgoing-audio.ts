/** From 20 ms frames at 16 kHz, and keys, to RTP packets. */
import { randomBytes } from 'node:crypto';
import type { Tone } from '../leg.ts';
import { dualToneFrames } from './dual-tone.ts';
import { encodeG711, type Law } from './g711.ts';
import { type RtpPacket } from './packet.ts';
import { Downsampler } from './resample.ts';
import { type ToneTick, toneTicks } from './telephone-event.ts';

const SAMPLES_PER_TICK = 160;
const SAMPLES_PER_FRAME = 320;
const SILENCE = new Int16Array(SAMPLES_PER_FRAME);

interface SentPayloads {
  readonly law: Law;
  readonly audio: number;
  /** Undefined: keys are sent as sound. */
  readonly telephoneEvent: number | undefined;
}

/** What a tick sends instead of the source's frame. */
type Pressed =
  | { readonly kind: 'event'; readonly tick: ToneTick }
  | { readonly kind: 'sound'; readonly frame: Int16Array }
  | { readonly kind: 'done'; readonly resolve: () => void };

export class OutgoingAudio {
  readonly #ssrc = randomBytes(4).readUInt32BE();
  #sequence = randomBytes(2).readUInt16BE();
  #timestamp = randomBytes(4).readUInt32BE();
  readonly #downsampler = new Downsampler();
  readonly #pressed: Pressed[] = [];
  #talking: 'begins' | 'goes-on' = 'begins';

  /** Queues keys after those already queued; `done` is called when the last one has been sent. */
  press(tones: readonly Tone[], payloads: SentPayloads, done: () => void): void {
    for (const tone of tones) {
      if (payloads.telephoneEvent === undefined) {
        for (const frame of dualToneFrames(tone)) this.#pressed.push({ kind: 'sound', frame });
      } else {
        for (const tick of toneTicks(tone)) this.#pressed.push({ kind: 'event', tick });
      }
    }
    this.#pressed.push({ kind: 'done', resolve: done });
  }

  /** The packets of one tick. `pull` is always called, so that the source keeps its pace while keys are sent. */
  tick(pull: () => Int16Array | undefined, payloads: SentPayloads, skippedTicks: number): readonly RtpPacket[] {
    this.#timestamp = (this.#timestamp + skippedTicks * SAMPLES_PER_TICK) >>> 0;
    const frame = pull();
    const pressed = this.#nextPressed();
    const packets =
      pressed?.kind === 'event'
        ? this.#eventPackets(pressed.tick, payloads)
        : [this.#audioPacket(pressed?.frame ?? frame ?? SILENCE, payloads)];
    this.#timestamp = (this.#timestamp + SAMPLES_PER_TICK) >>> 0;
    return packets;
  }

  #nextPressed(): Exclude<Pressed, { kind: 'done' }> | undefined {
    for (let next = this.#pressed.shift(); next !== undefined; next = this.#pressed.shift()) {
      if (next.kind !== 'done') return next;
      next.resolve();
    }
    return undefined;
  }

  #eventPackets(tick: ToneTick, payloads: SentPayloads): readonly RtpPacket[] {
    const timestamp = (this.#timestamp - tick.ticksSinceStart * SAMPLES_PER_TICK) >>> 0;
    this.#talking = 'begins';
    return tick.payloads.map((payload) => ({
      payloadType: payloads.telephoneEvent ?? payloads.audio,
      marker: tick.marker,
      sequence: this.#nextSequence(),
      timestamp,
      ssrc: this.#ssrc,
      payload,
    }));
  }

  #audioPacket(frame: Int16Array, payloads: SentPayloads): RtpPacket {
    const marker = this.#talking === 'begins';
    this.#talking = 'goes-on';
    const narrow = this.#downsampler.process(frame.length === SAMPLES_PER_FRAME ? frame : SILENCE);
    return {
      payloadType: payloads.audio,
      marker,
      sequence: this.#nextSequence(),
      timestamp: this.#timestamp,
      ssrc: this.#ssrc,
      payload: encodeG711(payloads.law, narrow),
    };
  }

  #nextSequence(): number {
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) & 0xffff;
    return sequence;
  }
}
