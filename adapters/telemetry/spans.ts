import { randomBytes } from 'node:crypto';
import type { CorrelationId } from '#core/ids';
import type { CallTrace, Span, SpanAttributes } from '#core/ports/telemetry';
import { callTraceId } from './call-trace-id.ts';
import { bounded, type EndedSpan, type SpanEvent } from './ended-span.ts';

const EVENTS_MAX = 100;
const SPAN_ID_BYTES = 8;

/** The trace of one call; `send` gets each span at its end. */
export function callTrace(correlationId: CorrelationId, send: (span: EndedSpan) => void): CallTrace {
  const { traceId, rootId } = callTraceId(correlationId);
  const begin = (parentId: string, name: string, startMs: number, attributes: SpanAttributes = {}): Span => {
    const id = randomBytes(SPAN_ID_BYTES).toString('hex');
    const events: SpanEvent[] = [];
    let droppedEvents = 0;
    let phase: 'open' | 'ended' = 'open';
    return {
      begin: (childName, childStartMs, childAttributes) => begin(id, childName, childStartMs, childAttributes),
      event: (eventName, atMs, eventAttributes = {}) => {
        if (events.length < EVENTS_MAX) events.push({ name: eventName, atMs, attributes: bounded(eventAttributes) });
        else droppedEvents += 1;
      },
      end: (endMs, endAttributes = {}, failure) => {
        if (phase === 'ended') return;
        phase = 'ended';
        const all = bounded({ ...attributes, ...endAttributes });
        // Clocks are set: a span never ends before it began.
        const times = { startMs, endMs: Math.max(startMs, endMs) };
        send({ traceId, id, parentId, name, ...times, attributes: all, events, droppedEvents, failure });
      },
    };
  };
  return {
    begin: (name, startMs, attributes) => begin(rootId, name, startMs, attributes),
    over: (startMs, endMs, attributes) =>
      send({
        traceId,
        id: rootId,
        parentId: undefined,
        name: 'call',
        startMs,
        endMs: Math.max(startMs, endMs),
        attributes: bounded(attributes),
        events: [],
        droppedEvents: 0,
        failure: undefined,
      }),
  };
}
