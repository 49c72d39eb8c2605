import type { CallId } from '#core/ids';
import type { SessionRecord, SessionStore, SessionWrite, StoredSession } from '#core/ports/session-store';

export interface MemorySessionStore extends SessionStore {
  /** Those that hold something. */
  readonly rows: ReadonlyMap<string, SessionRecord>;
  /** How many saves were tried. */
  readonly saves: number;
  /** The next saves throw these, in order. */
  failSaving(...errors: readonly Error[]): void;
  /** What an earlier media session left behind. */
  put(record: SessionRecord, ownership: StoredSession['ownership']): void;
  ownership(id: CallId): StoredSession['ownership'] | undefined;
}

/** Session rows with owners, as the tables keep them. Each operation takes one turn of the event loop, so that races are races. */
export function memorySessionStore(): MemorySessionStore {
  const rows = new Map<string, SessionRecord>();
  const owners = new Map<string, symbol | 'released'>();
  let failures: Error[] = [];
  let saves = 0;
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const ownership = (id: CallId): StoredSession['ownership'] | undefined => {
    const owner = owners.get(id);
    if (owner === undefined) return undefined;
    return owner === 'released' ? 'released' : 'held';
  };
  const stored = (id: CallId): StoredSession | undefined => {
    const state = ownership(id);
    return state === undefined ? undefined : { record: rows.get(id), ownership: state };
  };
  return {
    rows,
    get saves() {
      return saves;
    },
    failSaving: (...errors) => {
      failures = [...errors];
    },
    put: (record, state) => {
      rows.set(record.callId, record);
      owners.set(record.callId, state === 'released' ? state : Symbol('gone'));
    },
    ownership,
    load: async (id) => {
      await turn();
      return stored(id);
    },
    claim: async (id) => {
      await turn();
      const owner = Symbol(id);
      const earlier = stored(id);
      const before = owners.get(id) ?? 'released';
      owners.set(id, owner);
      const write = async (record: SessionRecord, next: symbol | 'released'): Promise<SessionWrite> => {
        saves += 1;
        await turn();
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
        if (owners.get(id) !== owner) return 'lost';
        rows.set(record.callId, record);
        owners.set(id, next);
        return 'written';
      };
      return {
        earlier,
        save: (record) => write(record, owner),
        release: (record) => write(record, 'released'),
        giveBack: async () => {
          await turn();
          if (owners.get(id) === owner) owners.set(id, before);
        },
      };
    },
  };
}
