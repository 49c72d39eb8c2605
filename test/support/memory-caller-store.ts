import type { CallerSearch, CallerStore } from '#core/ports/caller-store';
import type { CallId } from '#core/ids';

export interface MemoryCallerStore extends CallerStore {
  readonly rows: Map<CallId, CallerSearch>;
  /** How often a row was read. */
  readonly loads: number;
}

/** Who calls, in memory. A call that has no row of its own has `other`: none when left out. */
export function memoryCallerStore(other?: CallerSearch): MemoryCallerStore {
  const rows = new Map<CallId, CallerSearch>();
  let loads = 0;
  return {
    rows,
    get loads() {
      return loads;
    },
    load: async (id) => {
      loads += 1;
      await new Promise((resolve) => setImmediate(resolve));
      return rows.get(id) ?? other;
    },
    save: async (id, search) => {
      await new Promise((resolve) => setImmediate(resolve));
      rows.set(id, search);
    },
  };
}
