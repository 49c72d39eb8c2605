import type { PlacedCall } from '../enterprise/placed-call.ts';
import type { SipTrace } from '../enterprise/sip/endpoint.ts';
import { customHeaders, decodeHeader, readHeaders } from '../enterprise/sip/headers.ts';
import type { CallerAct } from './caller-script.ts';
import type { RunningCaller } from './copies.ts';
import type { CallResult, ResultLatency, ResultTurn } from './result.ts';
import type { RunLog } from './run-log.ts';

/** What the runner saw at the caller's handset. */
export interface Observations {
  readonly acts: CallerAct[];
  readonly answers: { readonly atMs: number; readonly latencyMs: number }[];
}

/** Puts together what is known of a call from its handset, its SIP messages and the stack's log. */
export function collectCall(
  caller: RunningCaller,
  call: PlacedCall,
  observations: Observations,
  log: RunLog,
  traces: readonly SipTrace[],
): CallResult {
  const { sipCallId, startedAtMs } = call;
  const since = (atMs: number): number => Math.max(0, Math.round(atMs - startedAtMs));
  const legs = new Set([sipCallId, ...call.personCallIds, ...call.visits.map((visit) => visit.sipCallId)]);
  const own = traces.filter(({ callId }) => legs.has(callId));
  const invite = own.find(({ callId, startLine }) => callId === sipCallId && startLine.startsWith('INVITE'));
  const last = call.visits.at(-1);
  return {
    caller: caller.name,
    from: caller.from,
    to: caller.to,
    callId: log.callId(sipCallId),
    sipCallId,
    correlationId: log.correlationId(sipCallId),
    answerRequests: log.lines(sipCallId).filter(({ line }) => line['operation'] === 'AnswerCall').length,
    outcome: call.outcome ?? 'unfinished',
    durationMs: since(call.endedAtMs ?? Date.now()),
    turns: turnsOf(observations, log, sipCallId, since),
    headersIn: customHeaders(readHeaders(invite?.message ?? '')).map(decodeHeader),
    headersOut: last?.headers ?? [],
    visits: call.visits.map(({ number, offeredAtMs, state, status, heardCaller, headers }) => ({
      queue: number,
      atMs: since(offeredAtMs),
      state,
      status,
      heardCaller,
      headers,
    })),
    sip: own.map(({ atMs, direction, endpoint, startLine, callId, cseq }) => ({
      atMs: since(atMs),
      direction,
      endpoint,
      startLine,
      callId,
      cseq,
    })),
    latencies: latenciesOf(observations, log, sipCallId, since),
    wav: undefined,
    diagram: undefined,
  };
}

type Since = (atMs: number) => number;

function turnsOf(observations: Observations, log: RunLog, sipCallId: string, since: Since): ResultTurn[] {
  const turns: ResultTurn[] = [
    ...observations.acts
      .filter(({ by }) => by === 'caller')
      .map(({ text, atMs }): ResultTurn => ({ by: 'caller', text, atMs: since(atMs) })),
    ...log
      .callerInputs(sipCallId)
      .map(({ by, text, atMs, confidence }): ResultTurn =>
        by === 'keypad' ? { by, text, atMs: since(atMs) } : { by, text, atMs: since(atMs), confidence },
      ),
    ...agentTurns(log, sipCallId, since),
  ];
  return turns.sort((one, other) => one.atMs - other.atMs);
}

/** A reply is logged twice, when it begins and when it is over; the second has all its words, the first when they began. */
function agentTurns(log: RunLog, sipCallId: string, since: Since): ResultTurn[] {
  const turns: ResultTurn[] = [];
  let begun: { text: string; atMs: number } | undefined;
  for (const { kind, text, atMs, interrupted } of log.agentUtterances(sipCallId)) {
    if (kind === 'speaking') {
      begun = { text, atMs: begun?.atMs ?? atMs };
    } else {
      turns.push({ by: 'agent', text, atMs: since(begun?.atMs ?? atMs), interrupted });
      begun = undefined;
    }
  }
  // The call ended before the bridge could say how much of it was heard.
  if (begun) turns.push({ by: 'agent', text: begun.text, atMs: since(begun.atMs), interrupted: true });
  return turns;
}

function latenciesOf(observations: Observations, log: RunLog, sipCallId: string, since: Since): ResultLatency[] {
  const heard = observations.answers.map(({ atMs, latencyMs }): ResultLatency => ({
    atMs: since(atMs),
    mouthToEarMs: latencyMs,
    bridge: undefined,
  }));
  const told = log
    .agentUtterances(sipCallId)
    .flatMap(({ atMs, latency }): ResultLatency[] =>
      latency ? [{ atMs: since(atMs), mouthToEarMs: undefined, bridge: latency }] : [],
    );
  return [...heard, ...told].sort((one, other) => one.atMs - other.atMs);
}
