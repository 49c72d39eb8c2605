import type { CallEvent } from '#core/call/event';
import type { CallId } from '#core/ids';
import { applyEvent } from './apply-event.ts';
import type { CallServices } from './call-services.ts';
import { runCommand } from './run-command.ts';

/** Applies an event and does what follows from it. A command that fails is an event too: the life cycle says what comes next, until somebody has the caller or the call is over. */
export async function moveCall(
  callId: CallId,
  event: CallEvent,
  services: CallServices,
  signal: AbortSignal,
): Promise<void> {
  const events: CallEvent[] = [event];
  for (let next = events.shift(); next !== undefined; next = events.shift()) {
    const applied = await applyEvent(callId, next, services, signal);
    if (applied.kind !== 'moved') continue;
    for (const command of applied.commands) {
      const failure = await runCommand(command, applied.state, services, signal);
      if (failure !== undefined) events.push(failure);
    }
  }
}
