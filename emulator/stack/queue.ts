/** Runs one piece of work at a time, in the order of arrival. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  run<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    // Whoever gave the work is told of its failure; what waits behind it goes on.
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Resolves when everything given so far is over. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
