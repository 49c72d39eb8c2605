import { FRAME_MS, FRAME_SAMPLES } from './audio/resample.ts';
import { isVoiced, LevelDetector } from './audio/level.ts';
import { lineEcho, type LineEcho } from './audio/line-echo.ts';
import type { Ticker } from './audio/ticker.ts';

/** What a handset speaks into: a leg. */
interface Line {
  sendFrame(samples: Int16Array): void;
}

type HandsetEvent =
  | { readonly heard: 'voice'; readonly atMs: number }
  | { readonly heard: 'silence'; readonly atMs: number }
  /** From the end of our last voiced frame to the first voiced frame of the other side. */
  | { readonly heard: 'answer'; readonly atMs: number; readonly latencyMs: number };

/** Jitter beyond this is dropped from the recording: 200 ms. */
const EAR_MAX_SAMPLES = 10 * FRAME_SAMPLES;
/** How much has to be there before the first frame is taken out, so that a packet a little late leaves no gap: 60 ms. */
const EAR_START_SAMPLES = 3 * FRAME_SAMPLES;
const SILENT_FRAME = new Int16Array(FRAME_SAMPLES);

interface Utterance {
  readonly samples: Int16Array;
  /** Where the last voiced frame ends: what follows is the synthesiser's silence, which nobody takes for speech. */
  readonly voicedUntil: number;
  readonly done: () => void;
  position: number;
}

/**
 * A telephone's mouth and ear: says what it is told, 20 ms a tick, to the line it is on; notices voice, silence and how long an
 * answer took; records both sides on one time line. A transfer moves it to another line.
 */
export class Handset {
  readonly #listeners = new Set<(event: HandsetEvent) => void>();
  readonly #detector = new LevelDetector();
  readonly #mouthRecording: Int16Array[] = [];
  readonly #earRecording: Int16Array[] = [];
  readonly #stopTicking: () => void;
  readonly #echo: (heard: Int16Array, said: Int16Array) => Int16Array;
  #line: Line | undefined;
  #utterances: Utterance[] = [];
  #ear: Int16Array = new Int16Array(0);
  #isEarFilled = false;
  #isDown = false;
  #stoppedSpeakingAtMs: number | undefined;

  /** `echo`: what it hears comes back over its line, as with no handset at the ear. */
  constructor(ticker: Ticker, echo?: LineEcho) {
    this.#echo = echo === undefined ? (_heard, said) => said : lineEcho(echo);
    this.#stopTicking = ticker.add(() => this.#tick());
  }

  get hearsVoice(): boolean {
    return this.#detector.hearsVoice;
  }

  /** Speaks to this line from now on; what another line sends is not heard any more. */
  join(line: Line): void {
    this.#line = line;
    this.#ear = new Int16Array(0);
    this.#isEarFilled = false;
  }

  hear(line: Line, samples: Int16Array): void {
    if (line !== this.#line) return;
    const ear = new Int16Array(Math.min(this.#ear.length + samples.length, EAR_MAX_SAMPLES));
    const kept = this.#ear.subarray(Math.max(0, this.#ear.length + samples.length - EAR_MAX_SAMPLES));
    ear.set(kept);
    ear.set(samples.subarray(Math.max(0, samples.length - EAR_MAX_SAMPLES)), kept.length);
    this.#ear = ear;
    this.#notice(samples);
  }

  /** Resolves when it has been said, or when the handset is put down. */
  say(samples: Int16Array): Promise<void> {
    if (this.#isDown) return Promise.resolve();
    return new Promise((resolve) => {
      this.#utterances.push({ samples, voicedUntil: voicedEnd(samples), done: resolve, position: 0 });
      this.#stoppedSpeakingAtMs = undefined;
    });
  }

  subscribe(listener: (event: HandsetEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Left: what was said; right: what was heard. */
  recording(): readonly [Int16Array, Int16Array] {
    return [join(this.#mouthRecording), join(this.#earRecording)];
  }

  /** Idempotent. */
  putDown(): void {
    this.#isDown = true;
    this.#stopTicking();
    this.#line = undefined;
    for (const utterance of this.#utterances.splice(0)) utterance.done();
    this.#listeners.clear();
  }

  #tick(): void {
    const said = this.#nextFrame();
    // Before the call is answered there is nothing to send or to record.
    if (!this.#line) return;
    const heard = this.#nextHeard();
    const sent = this.#echo(heard, said);
    this.#line.sendFrame(sent);
    this.#mouthRecording.push(sent);
    this.#earRecording.push(heard);
  }

  #nextFrame(): Int16Array {
    const utterance = this.#line && this.#utterances[0];
    if (!utterance) return SILENT_FRAME;
    const frame = new Int16Array(FRAME_SAMPLES);
    frame.set(utterance.samples.subarray(utterance.position, utterance.position + FRAME_SAMPLES));
    const before = utterance.position;
    utterance.position += FRAME_SAMPLES;
    if (before < utterance.voicedUntil && utterance.position >= utterance.voicedUntil) {
      this.#stoppedSpeakingAtMs = this.hearsVoice ? undefined : Date.now() + FRAME_MS;
    }
    if (utterance.position >= utterance.samples.length) {
      this.#utterances.shift();
      utterance.done();
    }
    return frame;
  }

  #nextHeard(): Int16Array {
    this.#isEarFilled ||= this.#ear.length >= EAR_START_SAMPLES;
    if (!this.#isEarFilled || this.#ear.length < FRAME_SAMPLES) return SILENT_FRAME;
    const heard = this.#ear.subarray(0, FRAME_SAMPLES);
    this.#ear = this.#ear.subarray(FRAME_SAMPLES);
    return heard;
  }

  #notice(samples: Int16Array): void {
    const change = this.#detector.push(samples, Date.now());
    if (!change) return;
    this.#tell(change);
    const stoppedAtMs = this.#stoppedSpeakingAtMs;
    if (change.heard === 'voice' && stoppedAtMs !== undefined) {
      this.#stoppedSpeakingAtMs = undefined;
      this.#tell({ heard: 'answer', atMs: change.atMs, latencyMs: Math.max(0, change.atMs - stoppedAtMs) });
    }
  }

  #tell(event: HandsetEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

function voicedEnd(samples: Int16Array): number {
  for (
    let start = Math.floor((samples.length - 1) / FRAME_SAMPLES) * FRAME_SAMPLES;
    start >= 0;
    start -= FRAME_SAMPLES
  ) {
    if (isVoiced(samples.subarray(start, start + FRAME_SAMPLES))) return start + FRAME_SAMPLES;
  }
  return 0;
}

function join(frames: readonly Int16Array[]): Int16Array {
  const joined = new Int16Array(frames.length * FRAME_SAMPLES);
  frames.forEach((frame, index) => joined.set(frame, index * FRAME_SAMPLES));
  return joined;
}
