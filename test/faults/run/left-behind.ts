import type { FaultRow } from '../rows/row.ts';
import type { CallRow } from '../world/call-rows.ts';
import type { World } from '../world/world.ts';
import type { ObservedCall } from './observed-call.ts';
import { polled } from './until.ts';

/** The front tells of a call's end again after one, two and four seconds. */
const FINAL_ROW_MS = 12_000;
const GIVEN_BACK_MS = 10_000;
const RECOGNITION = /\/(stt|speech\/(recognition|universal))\b/;

/** What a call row may say in the end, by how the call ended for the caller. */
const OUTCOMES: Readonly<Record<FaultRow['ends'], RegExp>> = {
  conversation: /^caller-hung-up$/,
  person: /^(handed-over|redirected)$/,
  goodbye: /^(agent-ended|failed)$/,
  'caller-left': /^(caller-hung-up|abandoned)$/,
};

/** The row of a call that is over: what is wrong with it. */
export async function problemsOfRow(row: FaultRow, call: ObservedCall, world: World): Promise<readonly string[]> {
  let last: CallRow | undefined;
  const limitMs = row.finalWhileBrokenWithinS === undefined ? FINAL_ROW_MS : row.finalWhileBrokenWithinS * 1_000;
  const final = await polled(limitMs, async () => {
    last = call.callId === undefined ? undefined : await world.callRows.find(call.callId);
    return last?.phase === 'ended' ? last : undefined;
  });
  if (final === undefined) return [`the call row is not final: ${last?.phase ?? 'there is none'}`];
  const ends = row.orEnds === undefined ? [row.ends] : [row.ends, row.orEnds];
  const wanted = row.outcome === undefined ? ends.map((end) => OUTCOMES[end]) : [new RegExp(`^(${row.outcome})$`)];
  return wanted.some((outcome) => outcome.test(final.outcome)) ? [] : [`the call row says ${final.outcome}`];
}

/** What a call that is over still holds. */
export async function leaksOf(row: FaultRow, call: ObservedCall, world: World): Promise<readonly string[]> {
  if (!row.perCall) return leaksOfAll(world);
  return untilNothing(async () => {
    const edgeCalls = await world.edgeCalls();
    return [
      ...(edgeCalls.some((id) => id === call.correlationId) ? ['the edge still has the call'] : []),
      ...(call.mediaSessions > 0 ? ['a bridge still has the call'] : []),
    ];
  });
}

/** What a stack still holds when no call is up. */
export function leaksOfAll(world: World): Promise<readonly string[]> {
  return untilNothing(async () => {
    const edgeCalls = await world.edgeCalls();
    const { running } = world.stack.bridges;
    const sessions = await Promise.all(running.map(async (replica) => ({ replica, calls: await replica.calls() })));
    const sockets = await world.lines.openSockets(RECOGNITION);
    return [
      ...(edgeCalls.length > 0 ? [`the edge has ${edgeCalls.length} calls`] : []),
      ...sessions.filter(({ calls }) => calls > 0).map(({ replica, calls }) => `${replica.name} has ${calls} calls`),
      ...(sockets > 0 ? [`${sockets} recognisers are open`] : []),
    ];
  });
}

/** What is still held at the end of the time that giving back may take. */
async function untilNothing(heldNow: () => Promise<readonly string[]>): Promise<readonly string[]> {
  let held: readonly string[] = [];
  const nothing = await polled(GIVEN_BACK_MS, async () => {
    held = await heldNow();
    return held.length === 0 ? true : undefined;
  });
  return nothing === true ? [] : held;
}
