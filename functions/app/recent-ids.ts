/** Remembers the last few thousand ids. For duplicates that follow one another closely; those that come later are the life cycle's to ignore. */
export class RecentIds {
  readonly #ids = new Set<string>();
  readonly #max: number;

  constructor(max = 5_000) {
    this.#max = max;
  }

  /** `false` when the id is there already. */
  add(id: string): boolean {
    if (this.#ids.has(id)) return false;
    this.#ids.add(id);
    for (const oldest of this.#ids) {
      if (this.#ids.size <= this.#max) break;
      this.#ids.delete(oldest);
    }
    return true;
  }

  /** So that what failed may be tried again. */
  forget(id: string): void {
    this.#ids.delete(id);
  }
}
