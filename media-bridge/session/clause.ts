import { frameCutter } from '#core/audio/frames';
import { FRAME_MS } from '#core/audio/pcm';
import { heardText, type SpokenWord } from '#core/conversation/heard';
import { speakableText, toSsml, type SpeechStyle } from '#core/conversation/speakable';
import type { TextToSpeech } from '#core/ports/text-to-speech';

/** Repeating more than this of what was heard already would sound like a stutter. */
const REWIND_MAX_MS = 1_500;

/** A frame on its way to the caller's ear. */
export interface SentFrame {
  readonly clause: Clause;
  /** Its place in the clause, from 0. */
  readonly index: number;
  readonly pcm: Int16Array;
}

/** One clause of a reply: its audio as synthesis makes it, and how much of it has been sent and heard. */
export class Clause {
  readonly text: string;
  readonly #ssml: string;
  readonly #isFixed: boolean;
  readonly #words: SpokenWord[] = [];
  #frames: Int16Array[] = [];
  /** Frames given back to memory before the first of `#frames`. */
  #released = 0;
  #next = 0;
  #heardFrames = 0;
  #synthesis: 'waiting' | 'running' | 'done' = 'waiting';

  /** `isFixed`: said in many calls, word for word. */
  constructor(text: string, style: SpeechStyle, isFixed: boolean) {
    this.text = speakableText(text, style);
    this.#ssml = toSsml(this.text, style);
    this.#isFixed = isFixed;
  }

  get synthesis(): 'waiting' | 'running' | 'done' {
    return this.#synthesis;
  }

  get sentFrames(): number {
    return this.#next;
  }

  /** Milliseconds that are synthesised and not sent. */
  get unsentMs(): number {
    return (this.#length - this.#next) * FRAME_MS;
  }

  get isSent(): boolean {
    return this.#synthesis === 'done' && this.#next >= this.#length;
  }

  get #length(): number {
    return this.#released + this.#frames.length;
  }

  /** Throws `PortError`, or the signal's reason. */
  async synthesise(textToSpeech: TextToSpeech, onAudio: () => void, signal: AbortSignal): Promise<void> {
    this.#synthesis = 'running';
    const cutter = frameCutter((frame) => this.#frames.push(frame));
    const utterance = this.#isFixed ? { ssml: this.#ssml, fixed: true as const } : { ssml: this.#ssml };
    for await (const chunk of textToSpeech.speak(utterance, signal)) {
      if (chunk.type === 'audio') {
        cutter.push(chunk.pcm);
        onAudio();
      } else this.#words.push({ text: chunk.text, atMs: chunk.atMs });
    }
    cutter.flush();
    this.#synthesis = 'done';
  }

  takeFrame(): SentFrame | undefined {
    const pcm = this.#frames[this.#next - this.#released];
    if (pcm === undefined) return undefined;
    const sent = { clause: this, index: this.#next, pcm };
    this.#next += 1;
    return sent;
  }

  frameHeard(index: number): void {
    this.#heardFrames = Math.max(this.#heardFrames, index + 1);
  }

  /** The next frame is the first of the word that was being heard: frames from `index` on have been taken back. */
  rewind(index: number): void {
    const heardMs = index * FRAME_MS;
    const word = this.#words.findLast(({ atMs }) => atMs <= heardMs);
    const isNear = word !== undefined && heardMs - word.atMs <= REWIND_MAX_MS;
    this.#next = Math.max(this.#released, isNear ? Math.floor(word.atMs / FRAME_MS) : index);
  }

  /** Gives the audio that was heard back to memory; nothing of it can be repeated then. */
  release(): void {
    this.#frames.splice(0, this.#next - this.#released);
    this.#released = this.#next;
  }

  get heardText(): string {
    const heardMs = this.#heardFrames * FRAME_MS;
    if (this.#synthesis === 'done' && this.#heardFrames > 0 && this.#heardFrames >= this.#length) return this.text;
    // While synthesis runs the length is not known: what came so far has to do.
    const totalMs = this.#length * FRAME_MS + (this.#synthesis === 'done' ? 0 : FRAME_MS);
    return heardText(this.text, this.#words, heardMs, totalMs);
  }
}
