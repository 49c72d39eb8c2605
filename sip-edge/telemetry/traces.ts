/**
 * What the edge tells of a call, as spans of one trace. The ids come from the correlation id alone, as they do in the application that answers, so that both tell
 * the same trace with nothing sent along: a GUID has as many bytes as a trace id, and the span that is the call is named by a hash of it.
 */
import { createHash, randomBytes } from 'node:crypto';

/** Ids and outcomes: never a number, a name or a header's value. */
export type SpanAttributes = Readonly<Record<string, string | number>>;

export interface Span {
  begin(name: string, attributes?: SpanAttributes): Span;
  event(name: string): void;
  /** Once; ignored after that. `failure` is a code, never an error's text. */
  end(attributes?: SpanAttributes, failure?: string): void;
}

export interface Traces {
  /** A span directly under the call with this correlation id, from now on, or since some milliseconds before. */
  begin(correlationId: string, name: string, attributes?: SpanAttributes, sinceMs?: number): Span;
}

/** A span as it is sent; times in milliseconds since the epoch. */
export interface EndedSpan {
  readonly traceId: string;
  readonly id: string;
  readonly parentId: string;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: SpanAttributes;
  readonly events: readonly { readonly name: string; readonly atMs: number }[];
  readonly failure: string | undefined;
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TRACE_ID_CHARS = 32;
const SPAN_ID_CHARS = 16;
const MAX_EVENTS = 100;

const noSpan: Span = { begin: () => noSpan, event: () => undefined, end: () => undefined };
/** Nobody asked for any. */
export const noTraces: Traces = { begin: () => noSpan };

export function createTraces(send: (span: EndedSpan) => void): Traces {
  return {
    begin(correlationId, name, attributes = {}, sinceMs = 0) {
      const digits = correlationId.replaceAll('-', '').toLowerCase();
      const isId = GUID.test(correlationId) && !/^0+$/.test(digits);
      const traceId = isId ? digits : hash(correlationId).slice(0, TRACE_ID_CHARS);
      const rootId = hash(traceId).slice(0, SPAN_ID_CHARS);
      return openSpan({ traceId, parentId: rootId, name, startMs: Date.now() - sinceMs, attributes }, send);
    },
  };
}

function openSpan(
  begun: Pick<EndedSpan, 'traceId' | 'parentId' | 'name' | 'startMs' | 'attributes'>,
  send: (span: EndedSpan) => void,
): Span {
  const id = randomBytes(SPAN_ID_CHARS / 2).toString('hex');
  const events: { readonly name: string; readonly atMs: number }[] = [];
  let open = true;
  return {
    begin: (name, attributes = {}) =>
      openSpan({ traceId: begun.traceId, parentId: id, name, startMs: Date.now(), attributes }, send),
    event(name) {
      if (events.length < MAX_EVENTS) events.push({ name, atMs: Date.now() });
    },
    end(attributes = {}, failure) {
      if (!open) return;
      open = false;
      const endMs = Math.max(begun.startMs, Date.now());
      send({ ...begun, id, endMs, attributes: { ...begun.attributes, ...attributes }, events, failure });
    },
  };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
