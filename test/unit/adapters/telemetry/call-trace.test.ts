import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callTraceId } from '#adapters/telemetry/call-trace-id';
import type { EndedSpan } from '#adapters/telemetry/ended-span';
import { callTrace } from '#adapters/telemetry/spans';
import type { CorrelationId } from '#core/ids';
import { createTraces } from '../../../../sip-edge/telemetry/traces.ts';

const GUID = 'D1A3B5C7-0000-4000-8000-2b6c1f5d7e90' as CorrelationId;

function sentBy(use: (trace: ReturnType<typeof callTrace>) => void, id = GUID): readonly EndedSpan[] {
  const sent: EndedSpan[] = [];
  use(callTrace(id, (span) => sent.push(span)));
  return sent;
}

describe('the trace of a call', () => {
  it('has the correlation id without its hyphens for its id', () => {
    expect(callTraceId(GUID).traceId).toBe('d1a3b5c70000400080002b6c1f5d7e90');
  });

  it('is a legal one for every correlation id, and the edge makes the same', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uuid(), fc.string({ minLength: 1, maxLength: 100 })), (text) => {
        const { traceId, rootId } = callTraceId(text as CorrelationId);
        expect(traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
        expect(rootId).toMatch(/^(?!0+$)[0-9a-f]{16}$/);
        const ofEdge: { readonly traceId: string; readonly parentId: string }[] = [];
        createTraces((span) => ofEdge.push(span))
          .begin(text, 'SIP leg')
          .end();
        expect(ofEdge.map((span) => [span.traceId, span.parentId])).toEqual([[traceId, rootId]]);
      }),
    );
  });

  it('is legal for an id of zeros, which is no trace', () => {
    const zeros = '00000000-0000-0000-0000-000000000000' as CorrelationId;
    expect(callTraceId(zeros).traceId).not.toMatch(/^0+$/);
  });

  it('tells a span once, under its parent, never ending before it began', () => {
    const sent = sentBy((trace) => {
      const session = trace.begin('media session', 1_000, { a: 'x' });
      const turn = session.begin('turn', 2_000);
      turn.end(1_500);
      turn.end(9_000);
      session.end(3_000, { b: 2 }, 'broken');
      trace.over(500, 4_000, { outcome: 'agent-ended' });
    });
    const [turn, session, call] = sent;
    expect(sent).toHaveLength(3);
    expect(turn).toMatchObject({ parentId: session?.id, startMs: 2_000, endMs: 2_000 });
    expect(session).toMatchObject({ parentId: call?.id, attributes: { a: 'x', b: 2 }, failure: 'broken' });
    expect(call).toMatchObject({ parentId: undefined, name: 'call', id: callTraceId(GUID).rootId });
  });

  it('keeps attributes and events within bounds', () => {
    const [span] = sentBy((trace) => {
      const open = trace.begin('media session', 0, { long: 'x'.repeat(10_000) });
      for (let count = 0; count < 500; count += 1) open.event('prompt', count);
      open.end(1);
    });
    expect(span?.attributes['long']).toHaveLength(120);
    expect([span?.events.length, span?.droppedEvents]).toEqual([100, 400]);
  });
});
