import { frameCutter } from '#core/audio/frames';
import { FRAME_MS } from '#core/audio/pcm';
import { heardText, type SpokenWord } from '#core/conversation/heard';
import { speakableText, toSsml, type SpeechStyle } from '#core/conversation/speakable';
import type { ReplyId } from '#core/ids';
import type { TextToSpeech } from '#core/ports/text-to-speech';

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
  /** Everything was heard; `text` is all of it. */
  onFinished(reply: ReplyId, text: string): void;
  onFailed(reply: ReplyId, error: unknown): void;
}

export interface SpeakerOptions {
  readonly textToSpeech: TextToSpeech;
  readonly style: SpeechStyle;
  readonly sendFrame: (pcm: Int16Array) => void;
  readonly events: SpeakerEvents;
}

interface Clause {
  readonly text: string;
  readonly words: SpokenWord[];
  readonly frames: Int16Array[];
  frameCount: number;
  sentFrames: number;
  synthesis: 'waiting' | 'running' | 'done' | 'failed';
}

interface Speaking {
  readonly reply: ReplyId;
  readonly clauses: Clause[];
  readonly abort: AbortController;
  /** Whether more clauses may come. */
  writing: boolean;
  audible: boolean;
}

/**
 * Speaks one reply at a time: clauses are synthesised one after the other, ahead of what is heard, and sent in frames of 20 ms. Knows to the frame
 * what the caller has heard.
 */
export class Speaker {
  readonly #options: SpeakerOptions;
  #speaking: Speaking | undefined;
  /** Frames sent and, by the clock, not heard yet. */
  #ahead = 0;

  constructor(options: SpeakerOptions) {
    this.#options = options;
  }

  /** Adds a clause to this reply; another reply that was being spoken has to be stopped before. */
  say(reply: ReplyId, text: string): void {
    const clean = speakableText(text);
    const speaking = this.#begin(reply);
    if (speaking === undefined || clean === '') return;
    speaking.clauses.push({ text: clean, words: [], frames: [], frameCount: 0, sentFrames: 0, synthesis: 'waiting' });
    this.#synthesiseNext(speaking);
  }

  /** No more clauses will come: `onFinished` follows when the last has been heard. */
  complete(reply: ReplyId): void {
    const speaking = this.#begin(reply);
    if (speaking === undefined) return;
    speaking.writing = false;
    this.#finishIfHeard();
  }

  /** Ends a reply at once and says what of it was heard; undefined when it is not being spoken. */
  stop(reply: ReplyId): { readonly heard: string; readonly wasAudible: boolean } | undefined {
    const speaking = this.#speaking;
    if (speaking?.reply !== reply) return undefined;
    const heard = this.#heard(speaking);
    this.#speaking = undefined;
    this.#ahead = 0;
    speaking.abort.abort(new Error('stopped'));
    return { heard, wasAudible: speaking.audible };
  }

  /** Every 20 ms. */
  tick(): void {
    if (this.#ahead > 0) this.#ahead -= 1;
    const speaking = this.#speaking;
    if (speaking === undefined) return;
    while (this.#ahead < LEAD_FRAMES && this.#sendNextFrame(speaking)) this.#ahead += 1;
    this.#synthesiseNext(speaking);
    this.#finishIfHeard();
  }

  close(): void {
    if (this.#speaking !== undefined) this.stop(this.#speaking.reply);
  }

  #begin(reply: ReplyId): Speaking | undefined {
    this.#speaking ??= { reply, clauses: [], abort: new AbortController(), writing: true, audible: false };
    return this.#speaking.reply === reply ? this.#speaking : undefined;
  }

  #sendNextFrame(speaking: Speaking): boolean {
    // Clauses follow each other: one that is still being synthesised holds back those behind it.
    const clause = speaking.clauses.find(({ frames, synthesis }) => frames.length > 0 || synthesis !== 'done');
    const frame = clause?.frames.shift();
    if (clause === undefined || frame === undefined) return false;
    clause.sentFrames += 1;
    this.#options.sendFrame(frame);
    if (!speaking.audible) {
      speaking.audible = true;
      this.#options.events.onAudible(speaking.reply);
    }
    if (clause.sentFrames === 1) this.#options.events.onClause(speaking.reply, clause.text);
    return true;
  }

  #synthesiseNext(speaking: Speaking): void {
    if (speaking.clauses.some(({ synthesis }) => synthesis === 'running')) return;
    const unheardMs = speaking.clauses.reduce((sum, { frames }) => sum + frames.length * FRAME_MS, 0);
    const next = speaking.clauses.find(({ synthesis }) => synthesis === 'waiting');
    if (next === undefined || unheardMs > SYNTHESISED_AHEAD_MAX_MS) return;
    next.synthesis = 'running';
    void this.#synthesise(speaking, next);
  }

  async #synthesise(speaking: Speaking, clause: Clause): Promise<void> {
    const { signal } = speaking.abort;
    const cutter = frameCutter();
    const add = (frames: readonly Int16Array[]): void => {
      clause.frames.push(...frames);
      clause.frameCount += frames.length;
    };
    try {
      const ssml = toSsml(clause.text, this.#options.style);
      for await (const chunk of this.#options.textToSpeech.speak({ ssml }, signal)) {
        if (chunk.type === 'audio') add(cutter.push(chunk.pcm));
        else clause.words.push({ text: chunk.text, atMs: chunk.atMs });
      }
      const rest = cutter.flush();
      add(rest === undefined ? [] : [rest]);
      clause.synthesis = 'done';
      if (this.#speaking !== speaking) return;
      this.#synthesiseNext(speaking);
    } catch (error) {
      if (this.#speaking !== speaking || signal.aborted) return;
      clause.synthesis = 'failed';
      speaking.abort.abort(error);
      this.#options.events.onFailed(speaking.reply, error);
    }
  }

  #finishIfHeard(): void {
    const speaking = this.#speaking;
    if (speaking === undefined || speaking.writing || speaking.abort.signal.aborted || this.#ahead > 0) return;
    if (speaking.clauses.some(({ frames, synthesis }) => synthesis !== 'done' || frames.length > 0)) return;
    this.#speaking = undefined;
    this.#options.events.onFinished(speaking.reply, textOf(speaking));
  }

  #heard(speaking: Speaking): string {
    let unheard = this.#ahead;
    const parts: string[] = [];
    for (const clause of speaking.clauses.toReversed()) {
      const heardFrames = Math.max(0, clause.sentFrames - unheard);
      unheard = Math.max(0, unheard - clause.sentFrames);
      const whole = clause.synthesis === 'done' && heardFrames > 0 && heardFrames === clause.frameCount;
      // While synthesis runs the length is not known; Infinity would make every part small, so what came so far has to do.
      const totalMs = clause.frameCount * FRAME_MS + (clause.synthesis === 'done' ? 0 : FRAME_MS);
      parts.unshift(whole ? clause.text : heardText(clause.text, clause.words, heardFrames * FRAME_MS, totalMs));
    }
    return parts.filter((part) => part !== '').join(' ');
  }
}

function textOf(speaking: Speaking): string {
  return speaking.clauses.map(({ text }) => text).join(' ');
}
