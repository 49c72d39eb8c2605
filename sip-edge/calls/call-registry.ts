/** The calls that are under way, by the ids the API knows them by. */
import type { Call } from './call.ts';

export class CallRegistry {
  readonly #byConnection = new Map<string, Call>();

  add(call: Call): void {
    this.#byConnection.set(call.ids.callConnectionId, call);
  }

  remove(callConnectionId: string): void {
    this.#byConnection.delete(callConnectionId);
  }

  find(callConnectionId: string): Call | undefined {
    return this.#byConnection.get(callConnectionId);
  }

  findByServerCallId(serverCallId: string): Call | undefined {
    return this.all().find((call) => call.ids.serverCallId === serverCallId);
  }

  all(): readonly Call[] {
    return [...this.#byConnection.values()];
  }
}
