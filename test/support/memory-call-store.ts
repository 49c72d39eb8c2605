import type { CallState } from '#core/call/state';
import type { CallStore, StoredCall } from '#core/ports/call-store';

export interface MemoryCallStore extends CallStore {
  readonly rows: ReadonlyMap<string, StoredCall>;
}

/** Call rows with versions, as the tables keep them. Each operation takes one turn of the event loop, so that races are races. */
export function memoryCallStore(): MemoryCallStore {
  const rows = new Map<string, StoredCall>();
  let writes = 0;
  const put = (state: CallState): StoredCall => {
    const stored = { state, version: `v${(writes += 1)}` };
    rows.set(state.offer.callId, stored);
    return stored;
  };
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    rows,
    load: async (id) => {
      await turn();
      return rows.get(id);
    },
    create: async (state) => {
      await turn();
      return rows.has(state.offer.callId) ? { written: false } : { written: true, stored: put(state) };
    },
    replace: async (previous, next) => {
      await turn();
      const current = rows.get(next.offer.callId);
      return current?.version === previous.version ? { written: true, stored: put(next) } : { written: false };
    },
  };
}
