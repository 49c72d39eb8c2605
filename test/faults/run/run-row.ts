import type { NumberedRow, World } from '../world/world.ts';
import type { FaultRow, SbcDoes } from '../rows/row.ts';
import { breakNow, type Broken } from './break.ts';
import { awaitEnding, type Ending } from './end-of-call.ts';
import { leaksOf, problemsOfRow } from './left-behind.ts';
import { act, bringTo, MomentMissed } from './moments.ts';
import { ObservedCall } from './observed-call.ts';
import { within } from './until.ts';

export interface RowResult {
  readonly name: string;
  readonly passed: boolean;
  /** From the moment the fault was first felt to the end that the row promises; nothing when it did not come. */
  readonly seconds: number | undefined;
  /** What the agent said, as evidence. */
  readonly heard: string;
  /** One sentence each. */
  readonly problems: readonly string[];
}

/** Before the fault is felt: an answer, a greeting, a question and its answer. */
const FELT_LIMIT_MS = 25_000;
/** Beyond what the row allows: to say by how much it was missed, and for another question and its answer. */
const LATE_MS = 20_000;
const HANG_UP_MS = 5_000;
const OFFER_LIMIT_MS = 5_000;

/** Places the call of one row, breaks what it says, and judges how the call ends. Never throws. */
export async function runRow({ row, numbers }: NumberedRow, world: World): Promise<RowResult> {
  const edgeBefore = row.perCall ? undefined : await world.edgeSettings();
  let call: ObservedCall | undefined;
  let broken: Broken | undefined;
  const problems: string[] = [];
  let judged: { readonly seconds: number | undefined; readonly heard: string } = { seconds: undefined, heard: '' };
  try {
    await arrange(row, world);
    const breaksFirst = row.at === 'before the call';
    broken = breaksFirst ? await breakNow(row, () => call, world) : undefined;
    for (const program of row.fresh ?? []) await world.restart(program);
    const placed = await world.stack.enterprise.placeCall({
      from: numbers.caller,
      to: numbers.called,
      edge: world.stack.addresses.sip.tcp,
      transport: 'tcp',
      codecs: ['PCMU'],
      headers: [],
      takesRefer: true,
      ...sbc(row.sbc ?? 'refers'),
    });
    call = new ObservedCall(placed, world);
    if (row.talkedBefore) await talkBefore(call, world);
    await bringTo(row.at, call, world);
    broken ??= await breakNow(row, () => call, world);
    judged = await judge(row, call, broken, world, problems);
    await broken.restarted;
  } catch (error) {
    problems.push(error instanceof MomentMissed || error instanceof Error ? error.message : 'unknown problem');
  }
  const mend = async (): Promise<void> => {
    broken?.lift();
    if (row.functions === 2) await world.stopSecondFunctions();
    if (edgeBefore === undefined) return;
    await world.lines.mend();
    await world.changeEdge({ ...edgeBefore, faults: [] });
  };
  try {
    if (row.finalWhileBrokenWithinS === undefined) await mend();
    if (call !== undefined) problems.push(...(await problemsAfter(row, call, world)));
  } catch (error) {
    problems.push(error instanceof Error ? error.message : 'unknown problem');
  } finally {
    await mend();
  }
  return { name: row.name, passed: problems.length === 0, ...judged, problems };
}

/** The caller hangs up, if still there: what is wrong then. */
async function problemsAfter(row: FaultRow, call: ObservedCall, world: World): Promise<readonly string[]> {
  call.placed.hangUp();
  const outcome = await within(world.wake, HANG_UP_MS, () => call.placed.outcome);
  const isLogged = row.logged === undefined || call.hasLogged(new RegExp(row.logged, 'i'));
  return [
    ...(outcome === undefined ? ['the caller hung up, and the call went on'] : []),
    ...(await problemsOfRow(row, call, world)),
    ...(await leaksOf(row, call, world)),
    ...(isLogged ? [] : [`nothing logged says /${row.logged ?? ''}/`]),
  ];
}

/** What has to be so before anything is broken. */
async function arrange(row: FaultRow, world: World): Promise<void> {
  if (row.edgeSettings !== undefined) await world.changeEdge(row.edgeSettings);
  if (row.bridges === 2 && world.stack.bridges.running.length < 2) await world.stack.bridges.add();
  if (row.functions === 2) await world.startSecondFunctions();
  if (row.second !== undefined) {
    world.setSecond(row.second);
    await world.restart('bridge');
    world.setSecond(undefined);
  }
  for (const [program, aheadS] of Object.entries(row.clockAheadS ?? {})) {
    if (program !== 'bridge' && program !== 'functions') continue;
    world.setClock(program, aheadS);
    await world.restart(program);
    world.setClock(program, undefined);
  }
}

async function talkBefore(call: ObservedCall, world: World): Promise<void> {
  const callId = await within(world.wake, OFFER_LIMIT_MS, () => call.expectedCallId);
  if (callId === undefined) throw new Error('the edge said nothing of the call');
  await world.writeEarlierTalk(callId);
}

async function judge(
  row: FaultRow,
  call: ObservedCall,
  broken: Broken,
  world: World,
  problems: string[],
): Promise<{ readonly seconds: number | undefined; readonly heard: string }> {
  const limitMs = row.withinS * 1_000 + LATE_MS;
  const acting = act(row.caller, call, world, () => broken.feltAtMs(call) !== undefined);
  const feltOnItsOwn = row.breaks.length > 0 || row.queues !== undefined || row.sbc !== undefined;
  // A fault that was there before the call is not felt by the caller before the call.
  const felt = (): number | undefined => {
    const atMs = feltOnItsOwn ? broken.feltAtMs(call) : call.placed.startedAtMs;
    return atMs === undefined ? undefined : Math.max(atMs, call.placed.startedAtMs);
  };
  const ending: Promise<Ending | undefined> = awaitEnding(
    row,
    call,
    world,
    broken.orderedAtMs,
    FELT_LIMIT_MS + limitMs,
  );
  const ended = ending.then(() => true as const);
  const feltAtMs = await Promise.race([within(world.wake, FELT_LIMIT_MS, felt), ended.then(() => felt())]);
  const end = await Promise.race([ending, feltAtMs === undefined ? ending : after(feltAtMs + limitMs - Date.now())]);
  await Promise.race([acting, after(0)]);
  if (feltAtMs === undefined) problems.push('the fault was never felt: the row shows nothing');
  const said = call
    .saidSince(broken.orderedAtMs)
    .map(({ text }) => text)
    .join(' / ');
  if (end === undefined) {
    problems.push(
      `not ${row.ends}: the call is ${call.placed.outcome ?? 'up'}, the agent said ${JSON.stringify(said)}`,
    );
    return { seconds: undefined, heard: said };
  }
  const seconds = feltAtMs === undefined ? undefined : Math.max(0, end.atMs - feltAtMs) / 1_000;
  problems.push(...end.problems);
  if (seconds !== undefined && seconds > row.withinS) problems.push(`it took ${seconds.toFixed(1)} s`);
  if (row.neverSays !== undefined && new RegExp(row.neverSays, 'i').test(said)) {
    problems.push(`the agent said /${row.neverSays}/, which is not true here`);
  }
  return { seconds, heard: end.heard };
}

function sbc(does: SbcDoes): object {
  return does === 'refers' ? {} : { onRefer: does };
}

function after(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), Math.max(0, ms)));
}
