import type { Span, SpanAttributes, Telemetry } from '#core/ports/telemetry';
import type { Measurement } from '#core/telemetry/measurement';

export interface RecordedSpan {
  readonly name: string;
  /** The name of the span above it; the call's own for those directly under the call. */
  readonly under: string;
  readonly attributes: SpanAttributes;
  readonly events: readonly { readonly name: string; readonly atMs: number; readonly attributes: SpanAttributes }[];
  readonly startMs: number;
  readonly endMs: number;
  readonly failure: string | undefined;
}

export interface RecordingTelemetry extends Telemetry {
  /** Ended ones, in the order of their ends. */
  readonly spans: readonly RecordedSpan[];
  readonly measurements: readonly Measurement[];
  /** Of one name. */
  measured<Name extends Measurement['name']>(name: Name): readonly Extract<Measurement, { readonly name: Name }>[];
  /** The span of this name; throws unless it is one. */
  span(name: string): RecordedSpan;
}

/** Keeps what it is told, for a test to read. */
export function recordingTelemetry(): RecordingTelemetry {
  const [spans, measurements]: [RecordedSpan[], Measurement[]] = [[], []];
  const begin = (under: string, name: string, startMs: number, attributes: SpanAttributes = {}): Span => {
    const events: RecordedSpan['events'][number][] = [];
    return {
      begin: (child, childStartMs, childAttributes) => begin(name, child, childStartMs, childAttributes),
      event: (event, atMs, eventAttributes = {}) => events.push({ name: event, atMs, attributes: eventAttributes }),
      end: (endMs, more = {}, failure) =>
        spans.push({ name, under, attributes: { ...attributes, ...more }, events, startMs, endMs, failure }),
    };
  };
  return {
    spans,
    measurements,
    measured: <Name extends Measurement['name']>(name: Name) =>
      measurements.filter((one): one is Extract<Measurement, { readonly name: Name }> => one.name === name),
    span: (name) => {
      const [first, ...others] = spans.filter((span) => span.name === name);
      if (first === undefined || others.length > 0)
        throw new Error(`not one span "${name}" but ${spans.length} in all`);
      return first;
    },
    call: () => ({
      begin: (name, startMs, attributes) => begin('call', name, startMs, attributes),
      over: (startMs, endMs, attributes) => begin('', 'call', startMs, attributes).end(endMs),
    }),
    record: (measurement) => measurements.push(measurement),
  };
}
