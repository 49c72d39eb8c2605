import type { SpanAttributes } from '#core/ports/telemetry';

/** A span as it is sent. */
export interface EndedSpan {
  readonly traceId: string;
  readonly id: string;
  /** Undefined for the call itself. */
  readonly parentId: string | undefined;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: SpanAttributes;
  readonly events: readonly SpanEvent[];
  readonly droppedEvents: number;
  /** A code: what went wrong. */
  readonly failure: string | undefined;
}

export interface SpanEvent {
  readonly name: string;
  readonly atMs: number;
  readonly attributes: SpanAttributes;
}

const VALUE_MAX_CHARS = 120;

/** An attribute as long as somebody outside made it would fill the bill of whoever keeps it. */
export function bounded(attributes: SpanAttributes): SpanAttributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.slice(0, VALUE_MAX_CHARS) : value,
    ]),
  );
}
