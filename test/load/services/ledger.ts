import { lastTagIn } from './marks.ts';

/** Monotonic milliseconds of this process (`performance.now`), in which both the caller and the services live. */
export type AtMs = number;

/** One turn of one call, as those outside the bridge see it. What has not happened yet is undefined. */
export interface TurnTimes {
  readonly call: number;
  readonly turn: number;
  /** What the recogniser understands. */
  readonly callerText: string;
  readonly reply: ReplyPlan;
  /** Running numbers of the caller's first and last voiced frame. `last` is known once it was sent. */
  firstFrame: number;
  lastFrame: number | undefined;
  /** The first voiced frame went out: the onset of speech. */
  onsetMs: AtMs;
  lastVoicedMs: AtMs | undefined;
  /** The last voiced frame reached the recogniser. */
  arrivedMs: AtMs | undefined;
  finalMs: AtMs | undefined;
  /** The model's request was read. With thinking ahead there may be several: the last counts. */
  requestMs: AtMs | undefined;
  requests: number;
  firstTokenMs: AtMs | undefined;
  ssmlMs: AtMs | undefined;
  synthesisMs: AtMs | undefined;
  /** The first frame of the reply came out of the media socket. */
  firstAudioMs: AtMs | undefined;
}

export interface ReplyPlan {
  /** Pieces in which the model writes it. The first holds the first clause whole: what a model takes to write a clause is not the bridge's. */
  readonly pieces: readonly string[];
  readonly pieceEveryMs: number;
}

/** One synthesised utterance: its frames carry its number. */
export interface UtteranceInfo {
  readonly id: number;
  /** Undefined for prompts: they belong to no turn. */
  readonly turn: TurnTimes | undefined;
  /** Clause of the turn's reply, from 0. */
  readonly clause: number;
  readonly frames: number;
}

/** What callers and services have to know of each other: which turn of which call a text, a frame or a stream of audio belongs to. */
export class Ledger {
  readonly #current = new Map<number, TurnTimes>();
  readonly #utterances = new Map<number, UtteranceInfo>();
  readonly #clauses = new Map<TurnTimes, number>();
  #utteranceCount = 0;
  /** The recogniser's side: told when the caller's turn of this call changes. */
  readonly #listeners = new Map<number, (turn: TurnTimes) => void>();

  begin(turn: TurnTimes): void {
    const before = this.#current.get(turn.call);
    if (before !== undefined) this.#clauses.delete(before);
    this.#current.set(turn.call, turn);
  }

  /** The caller has said the last word of this turn. */
  spoken(turn: TurnTimes): void {
    this.#listeners.get(turn.call)?.(turn);
  }

  onSpoken(call: number, listener: (turn: TurnTimes) => void): () => void {
    this.#listeners.set(call, listener);
    return () => {
      if (this.#listeners.get(call) === listener) this.#listeners.delete(call);
    };
  }

  current(call: number): TurnTimes | undefined {
    return this.#current.get(call);
  }

  /** The turn that a request or SSML is about, if it is still the call's turn. */
  turnIn(text: string): TurnTimes | undefined {
    const tag = lastTagIn(text);
    const turn = tag === undefined ? undefined : this.#current.get(tag.call);
    return turn?.turn === tag?.turn ? turn : undefined;
  }

  newUtterance(turn: TurnTimes | undefined, frames: number): UtteranceInfo {
    const clause = turn === undefined ? 0 : (this.#clauses.get(turn) ?? 0);
    if (turn !== undefined) this.#clauses.set(turn, clause + 1);
    const info = { id: this.#utteranceCount, turn, clause, frames };
    this.#utteranceCount += 1;
    this.#utterances.set(info.id, info);
    return info;
  }

  utterance(id: number): UtteranceInfo | undefined {
    return this.#utterances.get(id);
  }
}
