/** Callers joined with another number: the application has no part in them any more, so the log alone tells of their end. */
import type { ActiveLeg, Telephony } from '../leg.ts';
import type { Log } from '../log.ts';

export class JoinedCalls {
  readonly #telephony: Telephony;
  readonly #log: Log;
  readonly #underWay = new Set<Promise<void>>();

  constructor(telephony: Telephony, log: Log) {
    this.#telephony = telephony;
    this.#log = log;
  }

  get count(): number {
    return this.#underWay.size;
  }

  join(caller: ActiveLeg, target: ActiveLeg, correlationId: string): void {
    this.#telephony.join(caller, target);
    const over = this.#tellOfEnd(caller, target, correlationId).finally(() => this.#underWay.delete(over));
    this.#underWay.add(over);
  }

  /** Settles when both legs of every call joined so far have ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #tellOfEnd(caller: ActiveLeg, target: ActiveLeg, correlationId: string): Promise<void> {
    const { first, by, detail } = await Promise.race([
      caller.ended.then((end) => ({ first: 'caller', ...end })),
      target.ended.then((end) => ({ first: 'target', ...end })),
    ]);
    this.#log.info({ correlationId, first, by, detail }, 'joined call ended');
    await Promise.all([caller.ended, target.ended]);
  }
}
