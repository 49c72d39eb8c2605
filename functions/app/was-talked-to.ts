import type { CallId } from '#core/ids';
import type { CallServices } from './call-services.ts';
import { sessionRow } from './session-row.ts';

/** Whether a bridge has ever had this caller: it writes the session row with its first words. `true` when that cannot be read. */
export async function wasTalkedTo(
  callId: CallId,
  services: Pick<CallServices, 'sessions' | 'log'>,
  signal: AbortSignal,
): Promise<boolean> {
  const read = await sessionRow(callId, services, signal);
  return read.kind === 'not-read' || read.stored?.record !== undefined;
}
