import type { CallEvent } from '#core/call/event';
import { whyGivenUp } from '#core/call/given-up';
import type { CallId } from '#core/ids';
import type { CallServices } from './call-services.ts';
import { sessionRow } from './session-row.ts';

/**
 * The front says only that the stream is gone. Whether a bridge gave it up in order, for another one to take or for us to end the call, stands in the session
 * row; when that cannot be read, the stream counts as lost.
 */
export async function whyLost(
  callId: CallId,
  event: CallEvent,
  services: Pick<CallServices, 'sessions' | 'log'>,
  signal: AbortSignal,
): Promise<CallEvent> {
  if (event.type !== 'media-lost') return event;
  const read = await sessionRow(callId, services, signal);
  return { ...event, detail: (read.kind === 'read' ? whyGivenUp(read.stored) : undefined) ?? event.detail };
}
