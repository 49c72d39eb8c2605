/** One recording of one call: pairs what the caller said with what the caller heard, tick by tick. */
import { bytesOf, FRAME_SAMPLES, mix } from '../audio/frames.ts';
import type { Voice } from '../calls/voice.ts';
import type { LegAudio, Unsubscribe } from '../leg.ts';
import type { WavWriter } from './wav-writer.ts';

/** Frames of ours waiting for the caller's next frame: the two clocks tick apart by less than this. */
const MAX_WAITING_FRAMES = 3;
const SILENCE = new Int16Array(FRAME_SAMPLES);

export interface RecordingPlan {
  readonly channelType: 'mixed' | 'unmixed';
  /** Channel of the caller in an unmixed file, ours is the other. */
  readonly callerChannel: 0 | 1;
}

export type RecordingState = 'active' | 'paused' | 'stopped';

export class Recording {
  readonly id: string;
  readonly startedAt = new Date();
  readonly #plan: RecordingPlan;
  readonly #writer: WavWriter;
  readonly #subscriptions: Unsubscribe[];
  #waiting: Int16Array[] = [];
  #state: RecordingState;

  constructor(
    id: string,
    plan: RecordingPlan,
    writer: WavWriter,
    call: { readonly audio: LegAudio; readonly voice: Voice },
    initial: 'active' | 'paused',
  ) {
    this.id = id;
    this.#plan = plan;
    this.#writer = writer;
    this.#state = initial;
    this.#subscriptions = [
      call.voice.onSpoken((frame) => {
        this.#waiting.push(frame ?? SILENCE);
        if (this.#waiting.length > MAX_WAITING_FRAMES) this.#waiting.shift();
      }),
      call.audio.onFrame((frame) => {
        this.#write(frame, this.#waiting.shift() ?? SILENCE);
      }),
    ];
  }

  get state(): RecordingState {
    return this.#state;
  }

  get path(): string {
    return this.#writer.path;
  }

  get droppedBytes(): number {
    return this.#writer.droppedBytes;
  }

  pause(): void {
    if (this.#state === 'active') this.#state = 'paused';
  }

  resume(): void {
    if (this.#state === 'paused') this.#state = 'active';
  }

  /** Resolves when the file is whole. */
  stop(): Promise<void> {
    this.#state = 'stopped';
    for (const unsubscribe of this.#subscriptions.splice(0)) unsubscribe();
    return this.#writer.close();
  }

  #write(caller: Int16Array, ours: Int16Array): void {
    if (this.#state !== 'active') return;
    if (this.#plan.channelType === 'mixed') this.#writer.write(bytesOf(mix(caller, ours)));
    else
      this.#writer.write(bytesOf(this.#plan.callerChannel === 0 ? interleave(caller, ours) : interleave(ours, caller)));
  }
}

function interleave(left: Int16Array, right: Int16Array): Int16Array {
  const both = new Int16Array(left.length * 2);
  for (let index = 0; index < left.length; index += 1) {
    both[index * 2] = left[index] ?? 0;
    both[index * 2 + 1] = right[index] ?? 0;
  }
  return both;
}
