import { untilAborted } from '#core/until-aborted';

/** Remembers the last few thousand ids. For duplicates that follow one another closely; those that come later are the life cycle's to ignore. */
export class RecentIds {
  readonly #done = new Set<string>();
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #max: number;

  constructor(max = 5_000) {
    this.#max = max;
  }

  /**
   * Does `work` unless it has been done for this id; says whether it did. While another is at it, waits: what fails there is done here. Throws what `work`
   * throws, or the signal's reason when the other takes longer than that.
   */
  async once(id: string, work: () => Promise<void>, signal: AbortSignal): Promise<boolean> {
    for (let other = this.#underWay.get(id); other !== undefined; other = this.#underWay.get(id)) {
      await untilAborted(
        other.catch(() => undefined),
        signal,
      );
    }
    if (this.#done.has(id)) return false;
    const working = work();
    this.#underWay.set(id, working);
    try {
      await working;
    } finally {
      this.#underWay.delete(id);
    }
    this.#remember(id);
    return true;
  }

  #remember(id: string): void {
    this.#done.add(id);
    for (const oldest of this.#done) {
      if (this.#done.size <= this.#max) break;
      this.#done.delete(oldest);
    }
  }
}
