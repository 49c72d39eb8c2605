/** The SDK sends a request again with the same Repeatability-Request-ID: it gets the same response, and nothing happens twice. */
import type { OperationReply } from './operation.ts';

/** The SDK gives up retrying after seconds; the published guideline asks for five minutes at least. */
const REMEMBER_MS = 5 * 60 * 1000;
const MAX_REMEMBERED = 10_000;

export class RepeatableResponses {
  readonly #remembered = new Map<string, { readonly reply: Promise<OperationReply>; readonly untilMs: number }>();

  /** A failure of our own (5xx, or a rejection) is forgotten, so that the next try counts. */
  once(key: string, run: () => Promise<OperationReply>): Promise<OperationReply> {
    this.#forgetOld();
    const known = this.#remembered.get(key);
    if (known !== undefined) return known.reply;
    const reply = run();
    this.#remembered.set(key, { reply, untilMs: performance.now() + REMEMBER_MS });
    reply.then(
      ({ status }) => {
        if (status >= 500) this.#remembered.delete(key);
      },
      () => this.#remembered.delete(key),
    );
    return reply;
  }

  /** Entries are in order of time. */
  #forgetOld(): void {
    const nowMs = performance.now();
    for (const [key, { untilMs }] of this.#remembered) {
      if (untilMs > nowMs && this.#remembered.size < MAX_REMEMBERED) return;
      this.#remembered.delete(key);
    }
  }
}
