import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallOffer } from '#core/call/offer';
import type { CorrelationId } from '#core/ids';
import type { Clock } from '#core/ports/clock';
import type { SpanAttributes, Telemetry } from '#core/ports/telemetry';

interface Step {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: SpanAttributes;
  readonly failure: string | undefined;
}

interface Happening {
  readonly name: string;
  readonly atMs: number;
  readonly attributes: SpanAttributes;
}

/** Of one invocation; a handler that does more is no handler any more. */
const STEPS_MAX = 100;

/** What one handler did, kept until it is known of which call. */
export class Invocation {
  readonly startMs: number;
  readonly #steps: Step[] = [];
  readonly #events: Happening[] = [];
  #correlationId: CorrelationId | undefined;
  #offeredAtMs: number | undefined;
  #attributes: SpanAttributes = {};

  constructor(startMs: number) {
    this.startMs = startMs;
  }

  get steps(): readonly Pick<Step, 'name' | 'failure'>[] {
    return this.#steps;
  }

  get hasEndedCall(): boolean {
    return this.#events.some(({ attributes }) => attributes['to'] === 'ended');
  }

  /** Since when the phone has been ringing, for a caller who is offered: not since this delivery of the event. */
  get ringingSinceMs(): number {
    return this.#offeredAtMs ?? this.startMs;
  }

  /** The call that this turns out to be about. */
  about({ correlationId, offeredAtMs }: Pick<CallOffer, 'correlationId' | 'offeredAtMs'>): void {
    this.#correlationId ??= correlationId;
    this.#offeredAtMs ??= offeredAtMs;
  }

  with(attributes: SpanAttributes): void {
    this.#attributes = { ...this.#attributes, ...attributes };
  }

  step(step: Step): void {
    if (this.#steps.length < STEPS_MAX) this.#steps.push(step);
  }

  event(name: string, atMs: number, attributes: SpanAttributes): void {
    this.#events.push({ name, atMs, attributes });
  }

  tell(name: string, endMs: number, failure: string | undefined, telemetry: Telemetry): void {
    if (this.#correlationId === undefined) return;
    const span = telemetry.call(this.#correlationId).begin(name, this.startMs, this.#attributes);
    for (const step of this.#steps) {
      span.begin(step.name, step.startMs, step.attributes).end(step.endMs, {}, step.failure);
    }
    for (const event of this.#events) span.event(event.name, event.atMs, event.attributes);
    span.end(endMs, {}, failure);
  }
}

const invocations = new AsyncLocalStorage<Invocation>();

/** The handler that runs now, for those who do something on its behalf: nothing has to be handed through. */
export function currentInvocation(): Invocation | undefined {
  return invocations.getStore();
}

/** Runs a handler as one span of the call it turns out to be about. `then` hears of it before it is told. */
export async function asInvocation<Result>(
  name: string,
  { clock, telemetry }: { readonly clock: Clock; readonly telemetry: Telemetry },
  work: () => Promise<Result>,
  then: (invocation: Invocation) => void = () => undefined,
): Promise<Result> {
  const invocation = new Invocation(clock.now());
  let failure: string | undefined = 'unexpected';
  try {
    const result = await invocations.run(invocation, work);
    failure = undefined;
    return result;
  } finally {
    then(invocation);
    invocation.tell(name, clock.now(), failure, telemetry);
  }
}
