import { FRAME_MS } from '#core/audio/pcm';
import type { SpeechStyle } from '#core/conversation/speakable';
import type { ReplyId } from '#core/ids';
import type { Clock } from '#core/ports/clock';
import type { TextToSpeech } from '#core/ports/text-to-speech';
import { Clause } from './clause.ts';
import { Lead } from './lead.ts';

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
  readonly clock: Clock;
  readonly sendFrame: (pcm: Int16Array) => void;
  /** For each beat: what the caller hears of us in it, or nothing. */
  readonly onHeard: (pcm: Int16Array | undefined) => void;
  readonly stalledAfterMs: number;
  readonly events: SpeakerEvents;
}

interface Speaking {
  readonly reply: ReplyId;
  readonly clauses: Clause[];
  /** Places in `clauses`: all before `sending` are sent whole, and `toMake` is the first whose synthesis has not begun. */
  sending: number;
  toMake: number;
  isMaking: boolean;
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
  readonly #lead = new Lead();
  /** Told when the clause under way has been heard; until then no other begins. */
  #onPaused: (() => void) | undefined;
  /** When the next beat is due. */
  #nextBeatMs: number | undefined;

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
    return this.#speaking?.reply === reply && unsent(this.#speaking) !== undefined;
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
    const first = this.#lead.takeBack(this.#options.clock.monotonicMs());
    if (first === undefined) return speaking.audible ? 'audible' : 'unheard';
    speaking.sending = speaking.clauses.indexOf(first.clause);
    // Frames in flight may belong to the end of one clause and the beginning of the next.
    for (const clause of speaking.clauses.slice(speaking.sending + 1)) clause.rewind(0);
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
    this.#lead.takeBack(this.#options.clock.monotonicMs());
    speaking.abort.abort(new Error('stopped'));
    return { heard: heardOf(speaking), wasAudible: speaking.audible };
  }

  /** A beat of the frame clock, which was due then. In beats that it has left out the caller has heard us all the same. */
  tick(dueMs: number): void {
    for (let beatMs = this.#nextBeatMs ?? dueMs; beatMs < dueMs + FRAME_MS / 2; beatMs += FRAME_MS)
      this.#options.onHeard(this.#lead.heardBy(beatMs)?.pcm);
    this.#nextBeatMs = dueMs + FRAME_MS;
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
      sending: 0,
      toMake: 0,
      isMaking: false,
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
    if (this.#speaking !== speaking || speaking.held || !this.#lead.isEmpty) return;
    this.#fillLead(speaking);
  }

  #fillLead(speaking: Speaking): void {
    while (this.#lead.hasRoom && this.#sendNextFrame(speaking));
  }

  #sendNextFrame(speaking: Speaking): boolean {
    // Clauses follow each other: one that is still being synthesised holds back those behind it.
    const clause = unsent(speaking);
    if (this.#onPaused !== undefined && clause?.sentFrames === 0) return false;
    const sent = clause?.takeFrame();
    if (sent === undefined) return false;
    this.#lead.sent(sent, this.#options.clock.monotonicMs());
    this.#options.sendFrame(sent.pcm);
    if (!speaking.audible) {
      speaking.audible = true;
      this.#options.events.onAudible(speaking.reply);
    }
    if (sent.index === 0) {
      speaking.clauses[speaking.sending - 2]?.release();
      this.#options.events.onClause(speaking.reply, sent.clause.text);
    }
    return true;
  }

  #tellPause(): void {
    if (this.#onPaused === undefined || !this.#lead.isEmpty) return;
    const isInClause = this.#speaking?.clauses.some(({ isSent, sentFrames }) => sentFrames > 0 && !isSent) ?? false;
    if (!isInClause || this.#speaking?.held === true) this.#onPaused();
  }

  /** Once. It is stopped by whoever is told: what was heard of it is asked for then. */
  #tellFailure(speaking: Speaking, error: unknown): void {
    speaking.failure = undefined;
    speaking.writing = true;
    this.#options.events.onFailed(speaking.reply, error);
  }

  #synthesiseNext(speaking: Speaking): void {
    const next = speaking.clauses[speaking.toMake];
    if (next === undefined || speaking.isMaking || speaking.failure !== undefined) return;
    let unheardMs = 0;
    for (let at = speaking.sending; at < speaking.toMake; at += 1) unheardMs += speaking.clauses[at]?.unsentMs ?? 0;
    if (unheardMs <= SYNTHESISED_AHEAD_MAX_MS) void this.#synthesise(speaking, next);
  }

  async #synthesise(speaking: Speaking, clause: Clause): Promise<void> {
    const { signal } = speaking.abort;
    speaking.toMake += 1;
    speaking.isMaking = true;
    try {
      await clause.synthesise(this.#options.textToSpeech, () => this.#begun(speaking), signal);
      speaking.isMaking = false;
      if (this.#speaking === speaking) this.#synthesiseNext(speaking);
    } catch (error) {
      if (this.#speaking === speaking && !signal.aborted) this.fail(speaking.reply, error);
    }
  }

  #noteQuiet(speaking: Speaking): void {
    const isQuiet = speaking.audible && speaking.writing && this.#lead.isEmpty;
    speaking.quietFrames = isQuiet ? speaking.quietFrames + 1 : 0;
    if (speaking.quietFrames * FRAME_MS < this.#options.stalledAfterMs) return;
    speaking.quietFrames = 0;
    this.#options.events.onStalled(speaking.reply);
  }

  #finishIfHeard(): void {
    const speaking = this.#speaking;
    if (speaking === undefined || speaking.held || (speaking.writing && speaking.failure === undefined)) return;
    if (!this.#lead.isEmpty || unsent(speaking) !== undefined) return;
    if (speaking.failure !== undefined) {
      this.#tellFailure(speaking, speaking.failure.error);
      return;
    }
    this.#speaking = undefined;
    this.#options.events.onFinished(speaking.reply, speaking.clauses.map(({ text }) => text).join(' '));
  }
}

/** What is to be sent next: the first clause of which not all is sent, or not all is there. */
function unsent(speaking: Speaking): Clause | undefined {
  while (speaking.clauses[speaking.sending]?.isSent === true) speaking.sending += 1;
  return speaking.clauses[speaking.sending];
}

function heardOf({ clauses }: Speaking): string {
  return clauses
    .map(({ heardText }) => heardText)
    .filter((text) => text !== '')
    .join(' ');
}
