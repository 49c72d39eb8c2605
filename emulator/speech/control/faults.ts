export type Surface = 'recognition' | 'synthesis';

/**
 * refuse: the upgrade is answered 503. hang: accepted, never answered. slow: every answer `delayMs` late.
 * close: the socket is closed with 1011 when a turn begins. cut: the socket is cut in the middle of the first words.
 * error: the turn fails in the service's own words. garbage: the answer is no message of the protocol (synthesis only).
 */
export interface Fault {
  readonly mode: 'refuse' | 'hang' | 'slow' | 'close' | 'cut' | 'error' | 'garbage';
  readonly delayMs: number;
  /** How many times it happens: connections for `refuse`, turns for the others. */
  readonly times: number;
}

/** Failures asked for from outside, counted down as they happen. */
export class Faults {
  readonly #active = new Map<Surface, Fault>();

  set(surface: Surface, fault: Fault | undefined): void {
    if (fault === undefined) this.#active.delete(surface);
    else this.#active.set(surface, fault);
  }

  refuseUpgrade(surface: Surface): boolean {
    return this.#take(surface, (fault) => fault.mode === 'refuse') !== undefined;
  }

  atTurn(surface: Surface): Fault | undefined {
    return this.#take(surface, (fault) => fault.mode !== 'refuse');
  }

  #take(surface: Surface, applies: (fault: Fault) => boolean): Fault | undefined {
    const fault = this.#active.get(surface);
    if (fault === undefined || !applies(fault)) return undefined;
    this.set(surface, fault.times > 1 ? { ...fault, times: fault.times - 1 } : undefined);
    return fault;
  }
}
