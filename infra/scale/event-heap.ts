interface Entry {
  readonly atMs: number;
  /** Of two at the same time the one that was put in first comes first, so that a run does not depend on the heap. */
  readonly order: number;
  readonly run: () => void;
}

/** What is going to happen, the next thing first. */
export class EventHeap {
  readonly #entries: Entry[] = [];
  #count = 0;
  #nowMs = 0;

  /** When what was taken last happened. */
  get nowMs(): number {
    return this.#nowMs;
  }

  at(atMs: number, run: () => void): void {
    const entries = this.#entries;
    const added = { atMs, order: this.#count, run };
    this.#count += 1;
    let place = entries.push(added) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const other = entries[above];
      if (other === undefined || isBefore(other, added)) break;
      entries[place] = other;
      place = above;
    }
    entries[place] = added;
  }

  /** The next one, taken out; `undefined` when nothing is left. */
  take(): { readonly atMs: number; readonly run: () => void } | undefined {
    const entries = this.#entries;
    const first = entries[0];
    if (first !== undefined) this.#nowMs = first.atMs;
    const last = entries.pop();
    if (first === undefined || last === undefined || entries.length === 0) return first;
    let place = 0;
    for (;;) {
      const left = entries[2 * place + 1];
      const right = entries[2 * place + 2];
      if (left === undefined) break;
      const goesRight = right !== undefined && isBefore(right, left);
      const child = goesRight ? right : left;
      if (isBefore(last, child)) break;
      entries[place] = child;
      place = 2 * place + (goesRight ? 2 : 1);
    }
    entries[place] = last;
    return first;
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}
