import { noAttempts } from '#core/identity/attempts';
import type { AttemptStore, StoredAttempts } from '#core/ports/attempt-store';

/** Attempts in memory, guarded by versions as the table is. */
export function memoryAttemptStore(): AttemptStore {
  const rows = new Map<string, StoredAttempts>();
  let writes = 0;
  const load = (id: string): StoredAttempts =>
    rows.get(id.toLowerCase()) ?? { attempts: noAttempts, version: undefined };
  return {
    load: async (id) => {
      await new Promise((resolve) => setImmediate(resolve));
      return load(id);
    },
    replace: async (id, previous, attempts) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (load(id).version !== previous.version) return undefined;
      const stored = { attempts, version: String((writes += 1)) };
      rows.set(id.toLowerCase(), stored);
      return stored;
    },
  };
}
