import type { Log } from '#adapters/logging/logger';
import { FRAME_MS } from '#core/audio/pcm';
import { afterLoss, judgeSilence, noLosses } from '#core/conversation/recogniser-health';
import type { CallId } from '#core/ids';
import type { Clock } from '#core/ports/clock';
import { PortError } from '#core/ports/error';
import type {
  SpeechToText,
  SpeechToTextOptions,
  Transcript,
  TranscriptStream,
  Words,
} from '#core/ports/speech-to-text';
import { RecentSpeech } from './recent-speech.ts';

/** An engine's client may keep all audio since the last settled words, to send it once more (the Speech SDK does): after so much a quiet moment is taken to open anew. */
const UNSETTLED_MAX_MS = 120_000;
/** A moment that is never quiet is not waited for longer than this. */
const UNSETTLED_IN_NOISE_MAX_MS = 300_000;

/** The one there is hears the caller meanwhile. */
const REPLACE_PAUSE_MS = 2_000;

type Languages = SpeechToTextOptions['languages'];

export interface HearingOptions {
  readonly speechToText: SpeechToText;
  readonly callId: CallId;
  readonly options: SpeechToTextOptions;
  readonly clock: Clock;
  readonly log: Log;
  /** Times are milliseconds of audio pushed to the `Hearing`, whatever recognisers came and went. */
  readonly onTranscript: (words: Words) => void;
  /** The engine has settled on no words for what it heard. */
  readonly onNothing?: () => void;
  /** Recognition is gone for good. Called once at most; audio that comes later is passed over. */
  readonly onFailed: (error: unknown) => void;
}

/** One recogniser of the call. */
interface Ear {
  readonly stream: TranscriptStream;
  /** Of the call's audio: where this stream began. */
  readonly startMs: number;
  readonly openedAtMs: number;
  everAnswered: 'yes' | 'no';
}

/** Why another recogniser is needed. */
type Need =
  /** None hears the caller. */
  | { readonly kind: 'lost'; readonly error: unknown; readonly livedMs: number }
  | { readonly kind: 'hopeless'; readonly error: unknown }
  /** The one there was heard voice and was silent. */
  | { readonly kind: 'deaf' }
  /** The one there is works: other languages are spoken, or it holds too much. */
  | { readonly kind: 'other' }
  /** The same, and another could not be opened. */
  | { readonly kind: 'other-later' };

/** One call's recognition: opened at once, opened again when the engine drops it or goes deaf, without losing what is being said. */
export class Hearing {
  readonly #options: HearingOptions;
  readonly #over = new AbortController();
  readonly #recent = new RecentSpeech();
  readonly #reading = new Set<Promise<void>>();
  readonly #running: Promise<void>;
  #languages: Languages;
  #phrases: readonly string[];
  /** Languages of the recogniser opened last. */
  #heardIn: Languages;
  #ear: Ear | undefined;
  #need: Need | undefined;
  #wake: () => void = () => undefined;
  #losses = noLosses;
  #unansweredMs = 0;
  /** Of the call's audio. */
  #unansweredFromMs = 0;
  #doubts = 0;

  constructor(options: HearingOptions) {
    this.#options = options;
    this.#languages = options.options.languages;
    this.#phrases = options.options.phrases;
    this.#heardIn = this.#languages;
    this.#running = this.#run();
  }

  /** One frame of 20 ms. Never waits. */
  push(frame: Int16Array): void {
    if (this.#isOver()) return;
    this.#recent.push(frame);
    this.#ear?.stream.push(frame);
    this.#renewInTime();
    if (this.#unansweredMs > 0) this.#doubt();
  }

  /** The frame pushed last has voice in it. */
  voiceHeard(): void {
    this.#recent.voiceHeard();
    if (this.#ear === undefined || this.#need !== undefined) return;
    if (this.#unansweredMs === 0) this.#unansweredFromMs = this.#recent.endMs - FRAME_MS;
    this.#unansweredMs += FRAME_MS;
    this.#doubt();
  }

  /** Voice went in, and no sign has come of it. */
  #doubt(): void {
    if (this.#ear === undefined || this.#need !== undefined) return;
    const { everAnswered } = this.#ear;
    const sinceMs = this.#recent.endMs - this.#unansweredFromMs;
    const verdict = judgeSilence({ unansweredMs: this.#unansweredMs, sinceMs, doubts: this.#doubts, everAnswered });
    if (verdict === 'wait') return;
    this.#doubts += 1;
    const { callId, log } = this.#options;
    const error = new PortError('speech-to-text', 'the engine hears voice and is silent', { retryable: true });
    log.warn({ callId, doubts: this.#doubts }, 'recogniser hears voice and is silent');
    void this.#retire(this.#ear.stream, error);
    this.#ear = undefined;
    this.#ask(verdict === 'give-up' ? { kind: 'hopeless', error } : { kind: 'deaf' });
  }

  /** From now on these languages and words; nothing happens when they are the ones already. What is being said is heard with the new ones from its beginning. */
  listenFor(languages: Languages, phrases: readonly string[]): void {
    if (languages.join() === this.#languages.join() && phrases.join('\n') === this.#phrases.join('\n')) return;
    this.#languages = languages;
    this.#phrases = phrases;
    if (this.#ear !== undefined) this.#ask({ kind: 'other' });
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#over.abort(new Error('closed'));
    this.#wake();
    if (this.#ear !== undefined) await this.#retire(this.#ear.stream);
    await this.#running;
    await Promise.all(this.#reading);
  }

  #isOver(): boolean {
    return this.#over.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#isOver()) {
      const need = await this.#open().then(
        () => this.#untilNeeded(),
        (error: unknown) => this.#needAfterFailing(error),
      );
      if (this.#isOver()) return;
      const pauseMs = this.#pauseBefore(need);
      if (pauseMs === undefined) return;
      if (pauseMs > 0) await this.#options.clock.sleep(pauseMs, this.#over.signal).catch(() => undefined);
    }
  }

  /** Opens a recogniser beside the one there is, lets it hear what is not settled, and puts it in the other's place. */
  async #open(): Promise<void> {
    const { speechToText, clock, log, callId } = this.#options;
    const languages = this.#languages;
    const stream = await speechToText.open({ languages, phrases: this.#phrases }, this.#over.signal);
    // Closed while it was being opened.
    if (this.#isOver()) return this.#retire(stream);
    const areOthers = languages.join() !== this.#heardIn.join();
    if (areOthers) this.#recent.otherLanguages();
    this.#heardIn = languages;
    const { startMs, frames } = this.#recent.replay();
    const ear: Ear = { stream, startMs, openedAtMs: clock.monotonicMs(), everAnswered: 'no' };
    const former = this.#ear;
    this.#ear = ear;
    this.#need = undefined;
    this.#unansweredMs = 0;
    for (const frame of frames) stream.push(frame);
    const reason = areOthers ? 'other languages' : 'much unsettled';
    if (former !== undefined) log.info({ callId, reason, languages }, 'recogniser replaced');
    const reading = this.#read(ear);
    this.#reading.add(reading);
    void reading.then(() => this.#reading.delete(reading));
    // Ends its reading, which waits for the rest.
    if (former !== undefined) void this.#retire(former.stream);
  }

  /** Until the stream ends, or another one takes its place. Never rejects. */
  async #read(ear: Ear): Promise<void> {
    const { clock } = this.#options;
    let error: unknown = new PortError('speech-to-text', 'the engine ended the stream', { retryable: true });
    try {
      for await (const transcript of ear.stream) if (this.#ear === ear) this.#heard(ear, transcript);
    } catch (thrown) {
      error = thrown;
    }
    if (this.#ear === ear && !this.#isOver()) {
      this.#ear = undefined;
      this.#ask({ kind: 'lost', error, livedMs: clock.monotonicMs() - ear.openedAtMs });
    }
    await this.#retire(ear.stream);
  }

  async #retire(stream: TranscriptStream, problem?: Error): Promise<void> {
    const { callId, log } = this.#options;
    await stream.close(problem).catch((error: unknown) => log.warn({ callId, err: error }, 'recogniser not closed'));
  }

  #heard(ear: Ear, transcript: Transcript): void {
    const inCall = (ms: number): number => ear.startMs + ms;
    ear.everAnswered = 'yes';
    this.#unansweredMs = 0;
    if (transcript.type === 'alive') {
      if (transcript.settledMs === 0) return;
      this.#recent.makesNoSense(inCall(transcript.settledMs));
      this.#options.onNothing?.();
      return;
    }
    this.#losses = noLosses;
    this.#doubts = 0;
    const words = { ...transcript, startMs: inCall(transcript.startMs), endMs: inCall(transcript.endMs) };
    if (words.type === 'final') this.#recent.settle(words.endMs);
    else this.#recent.wordsFrom(words.startMs);
    this.#options.onTranscript(words);
  }

  #renewInTime(): void {
    if (this.#ear === undefined || this.#need !== undefined) return;
    const unsettledMs = this.#recent.endMs - Math.max(this.#recent.settledMs, this.#ear.startMs);
    if (unsettledMs < UNSETTLED_MAX_MS) return;
    if (this.#recent.isQuiet || unsettledMs >= UNSETTLED_IN_NOISE_MAX_MS) this.#ask({ kind: 'other' });
  }

  #ask(need: Need): void {
    this.#need ??= need;
    this.#wake();
  }

  #untilNeeded(): Promise<Need> {
    // Changed while it was being opened.
    if (this.#heardIn.join() !== this.#languages.join()) this.#need ??= { kind: 'other' };
    return new Promise((resolve) => {
      this.#wake = () => {
        if (this.#need !== undefined || this.#isOver()) resolve(this.#need ?? { kind: 'other' });
      };
      this.#wake();
    });
  }

  #needAfterFailing(error: unknown): Need {
    if (this.#ear === undefined) return { kind: 'lost', error, livedMs: 0 };
    const { callId, log } = this.#options;
    log.warn({ callId, err: error }, 'recogniser not replaced');
    return { kind: 'other-later' };
  }

  /** How long to wait before the next is opened; `undefined` after giving up. */
  #pauseBefore(need: Need): number | undefined {
    if (need.kind === 'deaf' || need.kind === 'other') return 0;
    if (need.kind === 'other-later') return REPLACE_PAUSE_MS;
    const { callId, clock, log, onFailed } = this.#options;
    const { error } = need;
    if (need.kind === 'lost') {
      // Neither the one there was nor the next: there is nobody.
      const isNobody = this.#doubts > 0 && need.livedMs === 0;
      const mayPass = !isNobody && (!(error instanceof PortError) || error.retryable);
      const next = afterLoss(this.#losses, { atMs: clock.monotonicMs(), livedMs: need.livedMs, mayPass });
      this.#losses = next.losses;
      log.warn({ callId, err: error, failures: next.losses.count }, 'recogniser lost');
      if (next.reopenAfterMs !== undefined) return next.reopenAfterMs;
    }
    this.#over.abort(error);
    onFailed(error);
    return undefined;
  }
}
