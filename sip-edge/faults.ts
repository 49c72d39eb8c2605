/** Faults ordered from outside, each used up by the next `times` uses of its surface. */
import * as z from 'zod';

export const faultSchema = z.strictObject({
  surface: z.enum(['call-automation', 'event-grid', 'callback', 'media-socket']),
  /** HTTP status to answer with, or to act as if the far side had answered with. */
  status: z.number().int().min(400).max(599).optional(),
  /** Connection lost without an answer; on `media-socket` also for a socket already open. */
  drop: z.boolean().optional(),
  delayMs: z.number().int().min(0).max(120_000).optional(),
  times: z.number().int().min(1).max(1000).default(1),
});

type Fault = Readonly<z.infer<typeof faultSchema>>;
type FaultSurface = Fault['surface'];

const MAX_WAITING_FAULTS = 100;

export class Faults {
  readonly #waiting: { readonly fault: Fault; remaining: number }[] = [];

  /** Returns false when too many faults wait already. */
  add(fault: Fault): boolean {
    if (this.#waiting.length >= MAX_WAITING_FAULTS) return false;
    this.#waiting.push({ fault, remaining: fault.times });
    return true;
  }

  /** The fault this use of the surface must show, if any. `accepts` leaves those of another kind waiting. */
  take(surface: FaultSurface, accepts: (fault: Fault) => boolean = () => true): Fault | undefined {
    if (this.#waiting.length === 0) return undefined;
    const index = this.#waiting.findIndex(({ fault }) => fault.surface === surface && accepts(fault));
    const found = this.#waiting[index];
    if (found === undefined) return undefined;
    found.remaining -= 1;
    if (found.remaining === 0) this.#waiting.splice(index, 1);
    return found.fault;
  }

  clear(): void {
    this.#waiting.length = 0;
  }

  waiting(): readonly Fault[] {
    return this.#waiting.map(({ fault, remaining }) => ({ ...fault, times: remaining }));
  }
}
