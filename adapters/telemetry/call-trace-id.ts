import { createHash } from 'node:crypto';
import type { CorrelationId } from '#core/ids';

export interface CallTraceId {
  /** 32 hexadecimal digits (https://www.w3.org/TR/trace-context/#trace-id). */
  readonly traceId: string;
  /** 16 of them: the span that is the call itself. */
  readonly rootId: string;
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NOTHING = /^0*$/;
const TRACE_ID_CHARS = 32;
const SPAN_ID_CHARS = 16;

/**
 * A GUID has as many bytes as a trace id: whoever has the correlation id, from a log line or from Microsoft's support, has the trace. Any other id is hashed. The
 * edge makes the same ones by itself (sip-edge/README.md), so nothing has to travel with the call.
 */
export function callTraceId(correlationId: CorrelationId): CallTraceId {
  const digits = correlationId.replaceAll('-', '').toLowerCase();
  const traceId =
    GUID.test(correlationId) && !NOTHING.test(digits) ? digits : sha256(correlationId).slice(0, TRACE_ID_CHARS);
  return { traceId, rootId: sha256(traceId).slice(0, SPAN_ID_CHARS) };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
