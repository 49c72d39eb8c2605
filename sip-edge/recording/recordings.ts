/** All recordings of the edge: WAV files in one folder, kept by id until the edge stops. */
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { recordingStateChanged, type CallEvent } from '../callbacks/events.ts';
import type { CallIds } from '../callbacks/envelope.ts';
import type { Voice } from '../calls/voice.ts';
import type { LegAudio } from '../leg.ts';
import type { Log } from '../log.ts';
import { Recording, type RecordingPlan, type RecordingState } from './recording.ts';
import { WavWriter } from './wav-writer.ts';

/** Ended recordings whose state can still be asked for. */
const MAX_ENDED = 1000;

interface RecordingOrder extends RecordingPlan {
  readonly pauseOnStart: boolean;
  /** Where the file is to go in the end; the edge keeps it locally and only says so. */
  readonly destination: string | undefined;
  readonly report: (event: CallEvent) => void;
}

interface RecordableCall {
  readonly ids: CallIds;
  readonly audio: LegAudio;
  readonly voice: Voice;
}

interface Entry {
  readonly recording: Recording;
  readonly call: RecordableCall;
  readonly order: RecordingOrder;
}

export class Recordings {
  readonly #folder: string;
  readonly #log: Log;
  readonly #running = new Map<string, Entry>();
  readonly #ended = new Set<string>();

  constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#log = log;
  }

  isRecorded(call: CallIds): boolean {
    return this.#of(call).length > 0;
  }

  async start(call: RecordableCall, order: RecordingOrder): Promise<Recording> {
    await mkdir(this.#folder, { recursive: true });
    const id = randomUUID();
    const { correlationId } = call.ids;
    const writer = new WavWriter(join(this.#folder, `${id}.wav`), order.channelType === 'mixed' ? 1 : 2, (error) => {
      this.#log.error({ correlationId, recordingId: id, err: error }, 'recording failed');
    });
    const recording = new Recording(id, order, writer, call, order.pauseOnStart ? 'paused' : 'active');
    this.#running.set(id, { recording, call, order });
    this.#report(id, recording.state);
    return recording;
  }

  /** Undefined for a recording nobody knows. */
  stateOf(id: string): RecordingState | undefined {
    if (this.#ended.has(id)) return 'stopped';
    return this.#running.get(id)?.recording.state;
  }

  /** False when it does not run. */
  pause(id: string): boolean {
    return this.#change(id, (recording) => {
      recording.pause();
    });
  }

  resume(id: string): boolean {
    return this.#change(id, (recording) => {
      recording.resume();
    });
  }

  /** Resolves when the file is whole; false when it does not run. */
  async stop(id: string): Promise<boolean> {
    const entry = this.#running.get(id);
    if (entry === undefined) return false;
    this.#running.delete(id);
    this.#remember(id);
    const whole = entry.recording.stop();
    this.#send(entry, 'stopped');
    await whole.catch((error: unknown) => {
      this.#log.error({ recordingId: id, err: error }, 'recording failed');
    });
    const { correlationId } = entry.call.ids;
    const { path, droppedBytes } = entry.recording;
    this.#log.info(
      { correlationId, recordingId: id, path, droppedBytes, destination: entry.order.destination },
      'recording finished',
    );
    return true;
  }

  /** With the call. */
  async stopAllOf(call: CallIds): Promise<void> {
    await Promise.all(this.#of(call).map((id) => this.stop(id)));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((id) => this.stop(id)));
  }

  #of(call: CallIds): string[] {
    return [...this.#running]
      .filter(([, entry]) => entry.call.ids.callConnectionId === call.callConnectionId)
      .map(([id]) => id);
  }

  #change(id: string, apply: (recording: Recording) => void): boolean {
    const entry = this.#running.get(id);
    if (entry === undefined) return false;
    const before = entry.recording.state;
    apply(entry.recording);
    if (entry.recording.state !== before) this.#send(entry, entry.recording.state);
    return true;
  }

  #report(id: string, state: RecordingState): void {
    const entry = this.#running.get(id);
    if (entry !== undefined) this.#send(entry, state);
  }

  #send({ recording, order }: Entry, state: RecordingState): void {
    order.report(recordingStateChanged(recording.id, state === 'active' ? 'active' : 'inactive', recording.startedAt));
  }

  #remember(id: string): void {
    this.#ended.add(id);
    const [oldest] = this.#ended;
    if (this.#ended.size > MAX_ENDED && oldest !== undefined) this.#ended.delete(oldest);
  }
}
