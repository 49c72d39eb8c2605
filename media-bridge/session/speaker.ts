import { FRAME_MS } from '#core/audio/pcm';
import type { SpeechStyle } from '#core/conversation/speakable';
import type { ReplyId } from '#core/ids';
import type { TextToSpeech } from '#core/ports/text-to-speech';
import { Clause, type SentFrame } from './clause.ts';

/**
 * How far ahead of the caller's ear audio is sent, in frames. Enough to ride out a late timer here and the network's jitter; little enough that
 * what has been heard is known, and that an interruption has little to take back.
 */
const LEAD_FRAMES = 5;
/** How much finished synthesis may wait unheard: the model may be stopped at any word, and what it says in vain is paid for. */
const SYNTHESISED_AHEAD_MAX_MS = 8_000;

export interface SpeakerEvents {
  /** The first frame of this reply goes out. */
  onAudible(reply: ReplyId): void;
  /** The first frame of this clause goes out. */
  onClause(reply: ReplyId, text: string): void;
  /** The caller has heard all there is for `stalledAfterMs`, and more is being written. */
  onStalled(reply: ReplyId): void;
  /** Everything was heard; `text` is all of it. */
  onFinished(reply: ReplyId, text: string): void;
  onFailed(reply: ReplyId, error: unknown): void;
}

export interface SpeakerOptions {
  readonly textToSpeech: TextToSpeech;
  readonly sendFrame: (pcm: Int16Array) => void;
  /** Once a beat: what the caller hears of us in it, or nothing. */
  readonly onHeard: (pcm: Int16Array | undefined) => void;
  readonly stalledAfterMs: number;
  readonly events: SpeakerEvents;
}

interface Speaking {
  readonly reply: ReplyId;
  readonly clauses: Clause[];
  readonly abort: AbortController;
  /** Whether more clauses may come. */
  writing: boolean;
  audible: boolean;
  held: boolean;
  /** Why no more will come of it. */
  failure: { readonly error: unknown } | undefined;
  /** Beats in which there was nothing to hear since the last frame. */
  quietFrames: number;
}

/**
 * Speaks one reply at a time: clauses are synthesised one after the other, ahead of what is heard, and sent in frames of 20 ms. Knows to the frame
 * what the caller has heard, and can stop in mid-word and go on.
 */
export class Speaker {
  readonly #options: SpeakerOptions;
  #speaking: Speaking | undefined;
  /** Frames sent and, by the clock, not heard yet. */
  #inFlight: SentFrame[] = [];
  /** Told when the clause under way has been heard; until then no other begins. */
  #onPaused: (() => void) | undefined;
  /** The first frame in flight was sent after the last beat: it is heard from the next one on. */
  #beganBetweenBeats = false;

  constructor(options: SpeakerOptions) {
    this.#options = options;
  }

  /** Adds a clause to this reply; another reply that was being spoken has to be stopped before. `kind`: fixed words are said in many calls. */
  say(reply: ReplyId, text: string, style: SpeechStyle, kind: 'fixed' | 'written'): void {
    const clause = new Clause(text, style, kind === 'fixed');
    const speaking = this.#begin(reply);
    if (speaking === undefined || speaking.abort.signal.aborted || clause.text === '') return;
    speaking.clauses.push(clause);
    this.#synthesiseNext(speaking);
  }

  /** No more clauses will come: `onFinished` follows when the last has been heard. */
  complete(reply: ReplyId): void {
    const speaking = this.#begin(reply);
    if (speaking === undefined) return;
    speaking.writing = false;
    this.#finishIfHeard();
  }

  /** Whether something of this reply is there to be said and has not been sent. */
  hasUnsaid(reply: ReplyId): boolean {
    return this.#speaking?.reply === reply && this.#speaking.clauses.some(({ isSent }) => !isSent);
  }

  /** No more can come: what is there is said, then `onFailed` follows. At once, when nothing is there. */
  fail(reply: ReplyId, error: unknown): void {
    const speaking = this.#begin(reply);
    if (speaking === undefined || speaking.failure !== undefined) return;
    speaking.failure = { error };
    speaking.abort.abort(error);
    const unmade = speaking.clauses.findIndex(({ synthesis }) => synthesis !== 'done');
    // What breaks off while it is heard has no end to wait for.
    if ((speaking.clauses[unmade]?.sentFrames ?? 0) > 0) this.#tellFailure(speaking, error);
    else if (unmade >= 0) speaking.clauses.splice(unmade);
    this.#finishIfHeard();
  }

  /** Quiet at once, in mid-word. What was sent and not heard is taken back; whoever owns the socket tells the front so. */
  hold(reply: ReplyId): 'audible' | 'unheard' {
    const speaking = this.#begin(reply);
    if (speaking === undefined) return 'unheard';
    speaking.held = true;
    const [first] = this.#inFlight;
    this.#inFlight = [];
    if (first === undefined) return speaking.audible ? 'audible' : 'unheard';
    // Frames in flight may belong to the end of one clause and the beginning of the next.
    for (const clause of speaking.clauses.slice(speaking.clauses.indexOf(first.clause) + 1)) clause.rewind(0);
    first.clause.rewind(first.index);
    return 'audible';
  }

  /** Goes on after `hold`, with the word in which it stopped. */
  resume(reply: ReplyId): void {
    if (this.#speaking?.reply === reply) this.#speaking.held = false;
  }

  /** Begins no clause any more. Resolves when what has begun has been heard; at once when nothing has. */
  pauseAfterClause(): Promise<void> {
    return new Promise((resolve) => {
      this.#onPaused = resolve;
      this.#tellPause();
    });
  }

  /** Ends a reply at once and says what of it was heard; undefined when it is not being spoken. */
  stop(reply: ReplyId): { readonly heard: string; readonly wasAudible: boolean } | undefined {
    const speaking = this.#speaking;
    if (speaking?.reply !== reply) return undefined;
    this.#speaking = undefined;
    this.#inFlight = [];
    speaking.abort.abort(new Error('stopped'));
    return { heard: heardOf(speaking), wasAudible: speaking.audible };
  }

  /** Every 20 ms. */
  tick(): void {
    const heard = this.#beganBetweenBeats ? undefined : this.#inFlight.shift();
    this.#beganBetweenBeats = false;
    heard?.clause.frameHeard(heard.index);
    this.#options.onHeard(heard?.pcm);
    this.#tellPause();
    const speaking = this.#speaking;
    if (speaking === undefined || speaking.held) return;
    this.#fillLead(speaking);
    this.#synthesiseNext(speaking);
    this.#noteQuiet(speaking);
    this.#finishIfHeard();
  }

  close(): void {
    if (this.#speaking !== undefined) this.stop(this.#speaking.reply);
  }

  #begin(reply: ReplyId): Speaking | undefined {
    this.#speaking ??= {
      reply,
      clauses: [],
      abort: new AbortController(),
      writing: true,
      audible: false,
      held: false,
      failure: undefined,
      quietFrames: 0,
    };
    return this.#speaking.reply === reply ? this.#speaking : undefined;
  }

  /** Sound where there was none does not wait for the next beat: the caller is waiting. */
  #begun(speaking: Speaking): void {
    if (this.#speaking !== speaking || speaking.held || this.#inFlight.length > 0) return;
    this.#fillLead(speaking);
    this.#beganBetweenBeats = this.#inFlight.length > 0;
  }

  #fillLead(speaking: Speaking): void {
    while (this.#inFlight.length < LEAD_FRAMES && this.#sendNextFrame(speaking));
  }

  #sendNextFrame(speaking: Speaking): boolean {
    // Clauses follow each other: one that is still being synthesised holds back those behind it.
    const index = speaking.clauses.findIndex((clause) => !clause.isSent);
    const clause = speaking.clauses[index];
    if (this.#onPaused !== undefined && clause?.sentFrames === 0) return false;
    const sent = clause?.takeFrame();
    if (sent === undefined) return false;
    this.#inFlight.push(sent);
    this.#options.sendFrame(sent.pcm);
    if (!speaking.audible) {
      speaking.audible = true;
      this.#options.events.onAudible(speaking.reply);
    }
    if (sent.index === 0) {
      speaking.clauses[index - 2]?.release();
      this.#options.events.onClause(speaking.reply, sent.clause.text);
    }
    return true;
  }

  #tellPause(): void {
    const isInClause = this.#speaking?.clauses.some(({ isSent, sentFrames }) => sentFrames > 0 && !isSent) ?? false;
    if (this.#inFlight.length === 0 && (!isInClause || this.#speaking?.held === true)) this.#onPaused?.();
  }

  /** Once. It is stopped by whoever is told: what was heard of it is asked for then. */
  #tellFailure(speaking: Speaking, error: unknown): void {
    speaking.failure = undefined;
    speaking.writing = true;
    this.#options.events.onFailed(speaking.reply, error);
  }

  #synthesiseNext(speaking: Speaking): void {
    if (speaking.failure !== undefined || speaking.clauses.some(({ synthesis }) => synthesis === 'running')) return;
    const next = speaking.clauses.find(({ synthesis }) => synthesis === 'waiting');
    if (next === undefined) return;
    const unheardMs = speaking.clauses.reduce((sum, { unsentMs }) => sum + unsentMs, 0);
    if (unheardMs <= SYNTHESISED_AHEAD_MAX_MS) void this.#synthesise(speaking, next);
  }

  async #synthesise(speaking: Speaking, clause: Clause): Promise<void> {
    const { signal } = speaking.abort;
    try {
      await clause.synthesise(this.#options.textToSpeech, () => this.#begun(speaking), signal);
      if (this.#speaking === speaking) this.#synthesiseNext(speaking);
    } catch (error) {
      if (this.#speaking === speaking && !signal.aborted) this.fail(speaking.reply, error);
    }
  }

  #noteQuiet(speaking: Speaking): void {
    const isQuiet = speaking.audible && speaking.writing && this.#inFlight.length === 0;
    speaking.quietFrames = isQuiet ? speaking.quietFrames + 1 : 0;
    if (speaking.quietFrames * FRAME_MS < this.#options.stalledAfterMs) return;
    speaking.quietFrames = 0;
    this.#options.events.onStalled(speaking.reply);
  }

  #finishIfHeard(): void {
    const speaking = this.#speaking;
    if (speaking === undefined || speaking.held || (speaking.writing && speaking.failure === undefined)) return;
    if (this.#inFlight.length > 0 || speaking.clauses.some(({ isSent }) => !isSent)) return;
    if (speaking.failure !== undefined) {
      this.#tellFailure(speaking, speaking.failure.error);
      return;
    }
    this.#speaking = undefined;
    this.#options.events.onFinished(speaking.reply, speaking.clauses.map(({ text }) => text).join(' '));
  }
}

function heardOf({ clauses }: Speaking): string {
  return clauses
    .map(({ heardText }) => heardText)
    .filter((text) => text !== '')
    .join(' ');
}
