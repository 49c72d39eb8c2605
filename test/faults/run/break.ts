import type { OrderedFault, ProxyRule } from '../proxy/fault.ts';
import type { Breakage, FaultRow } from '../rows/row.ts';
import type { World } from '../world/world.ts';
import type { ObservedCall } from './observed-call.ts';

/** A fault that was ordered. */
export interface Broken {
  readonly orderedAtMs: number;
  /** Lifts what stands between programs. Idempotent. */
  lift(): void;
  /** When it was first felt; nothing while nobody has. */
  feltAtMs(call: ObservedCall): number | undefined;
  /** Resolves when programs that were killed run again. */
  readonly restarted: Promise<unknown>;
}

/** Orders the faults of a row; `placed` is the call once there is one. */
export async function breakNow(row: FaultRow, placed: () => ObservedCall | undefined, world: World): Promise<Broken> {
  const orderedAtMs = Date.now();
  const ordered: OrderedFault[] = [];
  const felt: (() => number | undefined)[] = [];
  const restarts: Promise<unknown>[] = [];
  for (const breakage of row.breaks) {
    if ('on' in breakage) {
      const proxy = await world.lines.proxy(breakage.on);
      const fault = proxy.break(ruleOf(breakage, row, placed));
      ordered.push(fault);
      felt.push(() => fault.firstHitAtMs);
    } else if ('kill' in breakage) {
      await kill(breakage, placed(), world);
      felt.push(() => orderedAtMs);
      restarts.push(restartLater(breakage, world));
    } else {
      await world.changeEdge(breakage.edge);
      felt.push(() => orderedAtMs);
    }
  }
  return {
    orderedAtMs,
    lift: () => {
      for (const fault of ordered) fault.lift();
    },
    feltAtMs: (call) => earliest([...felt.map((of) => of()), feltInTransfer(row, call)]),
    restarted: Promise.all(restarts),
  };
}

/** What goes wrong at the SBC or in a queue is the call's own. */
function feltInTransfer(row: FaultRow, call: ObservedCall): number | undefined {
  if (row.sbc !== undefined && row.sbc !== 'refers') return call.referredAtMs;
  if (row.queues === undefined) return undefined;
  const [first] = row.queues;
  const visit = call.visits.find(({ state }) => (first === 'rings' ? true : state === 'refused'));
  return visit?.offeredAtMs;
}

function ruleOf(
  { fault, only }: Extract<Breakage, { on: unknown }>,
  row: FaultRow,
  placed: () => ObservedCall | undefined,
): ProxyRule {
  const pattern = only === undefined ? undefined : new RegExp(only, 'i');
  const fits = (name: string): boolean => pattern?.test(name) ?? true;
  if (!row.perCall) return { fault, only: fits };
  // By our id of the call, which URLs and callbacks carry, or by what only this row's agent says or asks.
  const ofRow = new RegExp(`(?<![\\w-])${row.name}(?![\\w-])`);
  const isOfCall = (name: string): boolean => {
    const callId = placed()?.expectedCallId;
    // The names of some rows begin with the name of another one.
    return (callId !== undefined && name.includes(callId)) || ofRow.test(name);
  };
  return { fault, only: (name) => fits(name) && isOfCall(name), readsBody: true };
}

async function kill(
  { kill: program }: Extract<Breakage, { kill: unknown }>,
  call: ObservedCall | undefined,
  world: World,
): Promise<void> {
  if (program === 'functions') {
    await world.stack.functions.kill();
    return;
  }
  const { running } = world.stack.bridges;
  const its = running.find(({ name }) => name === call?.replica) ?? running[0];
  await its?.kill();
}

async function restartLater(
  { kill: program, restartsAfterMs }: Extract<Breakage, { kill: unknown }>,
  world: World,
): Promise<void> {
  if (restartsAfterMs === undefined) return;
  await new Promise((resolve) => setTimeout(resolve, restartsAfterMs));
  await (program === 'functions' ? world.stack.functions.start() : world.stack.bridges.add());
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
