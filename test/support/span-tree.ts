import type { ReceivedSpan } from './otlp-receiver.ts';

/** The spans of one trace as lines, each under its parent, in the order in which they began. Spans without a known parent come last, with a question mark. */
export function spanTree(spans: readonly ReceivedSpan[]): string {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const zeroMs = Math.min(...spans.map(({ startMs }) => startMs));
  const line = (span: ReceivedSpan, depth: number): string => {
    const { name, service, startMs, endMs, attributes, events, failure } = span;
    const what = Object.entries(attributes)
      .filter(([key]) => !/\.id$/.test(key))
      .map(([key, value]) => `${key.replace(/^trunkline\./, '')}=${String(value)}`);
    const happened = events.length === 0 ? [] : [`(${events.map((event) => event.name).join(', ')})`];
    const text = [
      `${'  '.repeat(depth)}${name}`,
      ...what,
      ...happened,
      ...(failure === undefined ? [] : [`! ${failure}`]),
    ];
    const from = ((startMs - zeroMs) / 1_000).toFixed(2).padStart(6);
    const took = (endMs - startMs).toFixed(0).padStart(6);
    return `${from} s ${took} ms  ${String(service).replace('trunkline-', '').padEnd(13)} ${text.join(' ')}`;
  };
  const under = (parent: string | undefined, depth: number): string[] =>
    spans
      .filter(({ parentSpanId }) => parentSpanId === parent)
      .toSorted((one, other) => one.startMs - other.startMs)
      .flatMap((span) => [line(span, depth), ...under(span.spanId, depth + 1)]);
  const orphans = spans.filter(({ parentSpanId }) => parentSpanId !== undefined && !known.has(parentSpanId));
  return [...under(undefined, 0), ...orphans.map((span) => `? ${line(span, 0)}`)].join('\n');
}
