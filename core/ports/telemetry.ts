import type { CorrelationId } from '../ids.ts';
import type { Measurement } from '../telemetry/measurement.ts';

/** Ids, names from configuration and outcomes: never a number, a name or words of a caller. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** Where the story of calls and their figures go. Nothing here waits, fails or throws: a call must not notice. */
export interface Telemetry {
  /** The trace of this call: the same one in every program, found from the id alone. */
  call(correlationId: CorrelationId): CallTrace;
  record(measurement: Measurement): void;
}

export interface CallTrace {
  /** A span directly under the call. Times are milliseconds since the epoch. */
  begin(name: string, startMs: number, attributes?: SpanAttributes): Span;
  /** The call itself, under which everything stands. Told by whoever writes its end into the row, and by nobody else. */
  over(startMs: number, endMs: number, attributes: SpanAttributes): void;
}

/** One thing that takes time. Nothing is sent before its end. */
export interface Span {
  begin(name: string, startMs: number, attributes?: SpanAttributes): Span;
  /** Something that took none. A span keeps the first hundred. */
  event(name: string, atMs: number, attributes?: SpanAttributes): void;
  /** Once; ignored after that. `failure` is a code, never an error's text. */
  end(endMs: number, attributes?: SpanAttributes, failure?: string): void;
}
