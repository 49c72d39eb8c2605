import type { Clock } from '#core/ports/clock';
import { isServiceFailure, type ServiceGroup } from './service-group.ts';

/** How long a service that asks for a pause may keep a caller waiting when there is nobody else to ask. */
const PAUSE_MAX_MS = 1_000;

/** Made once: an error's stack costs more than all the rest of a question that is answered at once. */
const OVER = new Error('the question is answered');
const QUICKER = new Error('another service was quicker');
const TOO_LATE = new Error('the caller waits no longer');

export interface Question<Answer> {
  /** Resolves once there is something that cannot be taken back, such as a first piece of sound. */
  ask(place: number, signal: AbortSignal): Promise<Answer>;
  /** For an answer that came too late: gives back what it holds. */
  discard(answer: Answer): void;
  /** How long one service may be silent before the next is asked beside it. */
  readonly patienceMs: number;
  /** How long all of them together may be silent; left out, as long as each of them may. */
  readonly limitMs?: number | undefined;
}

export interface Answered<Answer> {
  readonly place: number;
  readonly answer: Answer;
  /** Until this is called, the signal that the answer was asked with follows the asker's. */
  readonly settled: () => void;
}

interface Attempt {
  readonly place: number;
  readonly abort: AbortController;
}

/**
 * Asks one service after the other until one answers: the next when one fails, or beside one that is silent too long; then the first to answer
 * wins, and the others are cancelled. Throws the error of the last one, that all are silent when their time is over, at once an error
 * that every service would give, and the signal's reason when aborted.
 */
export async function firstToAnswer<Answer>(
  group: ServiceGroup,
  question: Question<Answer>,
  clock: Clock,
  signal: AbortSignal,
): Promise<Answered<Answer>> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => new Race(group, question, clock, signal, resolve, reject).askNext(undefined));
}

class Race<Answer> {
  readonly #group: ServiceGroup;
  readonly #question: Question<Answer>;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #resolve: (answered: Answered<Answer>) => void;
  readonly #reject: (error: unknown) => void;
  readonly #left: number[];
  /** In the order they were asked. */
  readonly #running = new Set<Attempt>();
  readonly #over = new AbortController();
  /** Each takes the place of the one before. */
  #waits = 0;
  readonly #onAbort = (): void => {
    this.#end(this.#signal.reason);
    this.#reject(this.#signal.reason);
  };

  constructor(
    group: ServiceGroup,
    question: Question<Answer>,
    clock: Clock,
    signal: AbortSignal,
    resolve: (answered: Answered<Answer>) => void,
    reject: (error: unknown) => void,
  ) {
    this.#group = group;
    this.#question = question;
    this.#clock = clock;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#left = group.tries();
    signal.addEventListener('abort', this.#onAbort, { once: true });
    const { limitMs } = question;
    if (limitMs !== undefined) {
      this.#clock.sleep(limitMs, this.#over.signal).then(
        () => this.#giveUp(),
        () => undefined,
      );
    }
  }

  askNext(insteadOf: { readonly place: number; readonly error: unknown } | undefined): void {
    const place = this.#left.shift();
    if (place === undefined) return;
    const attempt: Attempt = { place, abort: new AbortController() };
    this.#running.add(attempt);
    this.#group.asked(place, insteadOf);
    this.#question.ask(place, attempt.abort.signal).then(
      (answer) => this.#won(attempt, answer),
      (error: unknown) => this.#lost(attempt, error),
    );
    this.#after(this.#question.patienceMs, () => {
      if (this.#group.mayAskBeside(this.#left[0], place)) this.askNext({ place, error: undefined });
    });
  }

  /** Whoever still runs has had its time: a caller waits. */
  #giveUp(): void {
    for (const { place } of this.#running) this.#group.failed(place);
    this.#running.forEach(({ abort }) => abort.abort(TOO_LATE));
    this.#running.clear();
    this.#end();
    this.#reject(this.#group.silence());
  }

  #won(attempt: Attempt, answer: Answer): void {
    if (!this.#running.has(attempt)) {
      this.#question.discard(answer);
      return;
    }
    for (const slower of this.#running) {
      if (slower === attempt) break;
      if (slower.place !== attempt.place) this.#group.failed(slower.place);
    }
    this.#running.delete(attempt);
    this.#end();
    this.#group.answered(attempt.place);
    this.#resolve({ place: attempt.place, answer, settled: this.#follow(attempt) });
  }

  #follow({ abort }: Attempt): () => void {
    const onAbort = (): void => abort.abort(this.#signal.reason);
    this.#signal.addEventListener('abort', onAbort, { once: true });
    return () => this.#signal.removeEventListener('abort', onAbort);
  }

  #lost(attempt: Attempt, error: unknown): void {
    if (!this.#running.delete(attempt)) return;
    const { place } = attempt;
    this.#group.failed(place, error);
    if (!isServiceFailure(error)) {
      this.#end();
      this.#reject(error);
      return;
    }
    const again = this.#left[0] === place;
    const pauseMs = again ? (error.retryAfterMs ?? 0) : 0;
    if (again && (!error.retryable || pauseMs > PAUSE_MAX_MS)) this.#left.length = 0;
    if (this.#left.length > 0) {
      if (pauseMs === 0) this.askNext({ place, error });
      else this.#after(pauseMs, () => this.askNext({ place, error }));
    } else if (this.#running.size === 0) {
      this.#end();
      this.#reject(error);
    }
  }

  #after(ms: number, next: () => void): void {
    this.#waits += 1;
    const wait = this.#waits;
    this.#clock.sleep(ms, this.#over.signal).then(
      () => {
        if (wait === this.#waits && !this.#over.signal.aborted) next();
      },
      () => undefined,
    );
  }

  /** Of the race: whoever still runs is cancelled. */
  #end(reason: unknown = QUICKER): void {
    this.#over.abort(OVER);
    this.#signal.removeEventListener('abort', this.#onAbort);
    const others = [...this.#running];
    this.#running.clear();
    for (const { place, abort } of others) {
      this.#group.undecided(place);
      abort.abort(reason);
    }
  }
}
