import type { SessionRecord, SessionStore } from '#core/ports/session-store';

export interface MemorySessionStore extends SessionStore {
  readonly rows: ReadonlyMap<string, SessionRecord>;
  /** How many saves were tried. */
  readonly saves: number;
  /** The next saves throw these, in order. */
  failSaving(...errors: readonly Error[]): void;
}

export function memorySessionStore(): MemorySessionStore {
  const rows = new Map<string, SessionRecord>();
  let failures: Error[] = [];
  let saves = 0;
  return {
    rows,
    get saves() {
      return saves;
    },
    failSaving: (...errors) => {
      failures = [...errors];
    },
    load: async (id) => {
      await new Promise((resolve) => setImmediate(resolve));
      return rows.get(id);
    },
    save: async (record) => {
      saves += 1;
      await new Promise((resolve) => setImmediate(resolve));
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      rows.set(record.callId, record);
    },
  };
}
