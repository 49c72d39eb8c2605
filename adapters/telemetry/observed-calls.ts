import type { AgentCatalogue } from '#core/agent/agent';
import type { CallStore } from '#core/ports/call-store';
import type { Telemetry } from '#core/ports/telemetry';
import type { CallState } from '#core/call/state';
import type { Clock } from '#core/ports/clock';
import { measurementsOfMove } from '#core/telemetry/of-move';
import { currentInvocation } from './invocation.ts';

interface Observer {
  readonly telemetry: Telemetry;
  readonly agents: AgentCatalogue;
  readonly clock: Clock;
}

/**
 * The call rows as they are, with what becomes of each call told. The row's version lets one of all writers through, so a move, and the end of a call, is told once,
 * by whoever wrote it.
 */
export function observedCalls(calls: CallStore, observer: Observer): CallStore {
  return {
    load: async (id, signal) => {
      const stored = await calls.load(id, signal);
      if (stored !== undefined) currentInvocation()?.about(stored.state.offer);
      return stored;
    },
    create: async (state, signal) => {
      currentInvocation()?.about(state.offer);
      return calls.create(state, signal);
    },
    replace: async (previous, next, signal) => {
      const result = await calls.replace(previous, next, signal);
      if (result.written) tellMove(previous.state, next, observer);
      return result;
    },
  };
}

function tellMove(before: CallState, after: CallState, { agents, clock, telemetry }: Observer): void {
  const { correlationId, callId, contextId, offeredAtMs } = after.offer;
  const agent = agents.for(after.offer).definition.name;
  for (const measurement of measurementsOfMove(before, after, agent)) telemetry.record(measurement);
  if (before.phase !== after.phase)
    currentInvocation()?.event('call moved', clock.now(), { from: before.phase, to: after.phase });
  if (before.phase === 'ended' || after.phase !== 'ended') return;
  telemetry.call(correlationId).over(offeredAtMs, after.endedAtMs, {
    'trunkline.call.id': callId,
    'trunkline.context.id': contextId,
    'trunkline.agent': agent,
    'trunkline.outcome': after.outcome.kind,
    'trunkline.outcome.source': after.source,
  });
}
