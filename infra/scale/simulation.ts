import { unreachable } from '#core/unreachable';
import { CallDesk } from './call-desk.ts';
import { EventHeap } from './event-heap.ts';
import { lengthMs, nextArrivalMs, type Arrivals } from './arrivals.ts';
import { seededRandom, type Random } from './random.ts';
import { emptyTally, type Result, type Sample, type Tally } from './result.ts';
import { EVALUATE_EVERY_MS } from './scale-rule.ts';
import type { Setup } from './setup.ts';
import { SimulatedRegion } from './simulated-region.ts';

const TICK_MS = 1_000;
const SAMPLES = 240;

/** What goes wrong, or is done, and when. */
export interface Mishap {
  readonly atMs: number;
  readonly what: 'replica-dies' | 'deploy' | 'zone-lost' | 'region-lost';
}

export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly arrivals: Arrivals;
  readonly mishaps: readonly Mishap[];
  /** One, or two where the second stands by. */
  readonly regions: 1 | 2;
}

/** One run. Pure: the same setup and scenario give the same result, without a clock. */
export function simulate(setup: Setup, { arrivals, mishaps, regions }: Scenario): Result {
  const heap = new EventHeap();
  const random = seededRandom(setup.seed);
  const tally = emptyTally();
  const made = Array.from({ length: regions }, () => new SimulatedRegion(setup, heap, random, tally));
  const desk = new CallDesk(setup, heap, random, tally, made);
  const endMs = lengthMs(arrivals);
  const samples: Sample[] = [];

  const arrive = (atMs: number): void => {
    const nextMs = nextArrivalMs(arrivals, atMs, setup, random);
    if (nextMs === undefined) return;
    heap.at(nextMs, () => {
      desk.offer(nextMs);
      arrive(nextMs);
    });
  };
  const sampler = samplerOf(tally, made);
  const tick = (atMs: number): void => {
    for (const region of made) region.tick(atMs);
    if (atMs % EVALUATE_EVERY_MS === 0) for (const region of made) region.evaluate(atMs);
    sampler.tick();
    if (atMs % sampleEveryMs(endMs) === 0) samples.push(sampler.sample(atMs));
    if (atMs + TICK_MS <= endMs) heap.at(atMs + TICK_MS, () => tick(atMs + TICK_MS));
  };
  arrive(0);
  heap.at(TICK_MS, () => tick(TICK_MS));
  for (const { atMs, what } of mishaps) heap.at(atMs, () => strike(what, desk, made, random, atMs));
  for (let next = heap.take(); next !== undefined && next.atMs <= endMs; next = heap.take()) next.run();
  desk.close();
  return { tally, samples };
}

function strike(
  what: Mishap['what'],
  desk: CallDesk,
  [first]: readonly SimulatedRegion[],
  random: Random,
  nowMs: number,
): void {
  if (first === undefined) return;
  const { bridges } = first;
  switch (what) {
    case 'replica-dies':
      bridges.kill(bridges.serving.slice(random.below(bridges.serving.length)).slice(0, 1), 'closed', nowMs);
      break;
    case 'deploy':
      bridges.deploy(nowMs);
      break;
    case 'zone-lost':
      bridges.kill(
        [...bridges.all].filter(({ zone }) => zone === 0),
        'silent',
        nowMs,
      );
      break;
    case 'region-lost':
      desk.loseRegion(first, nowMs);
      break;
    default:
      unreachable(what);
  }
}

function sampleEveryMs(endMs: number): number {
  return Math.max(1, Math.round(endMs / SAMPLES / TICK_MS)) * TICK_MS;
}

/** Gathers from tick to tick what a sample tells, and the highest of everything. */
function samplerOf(tally: Tally, regions: readonly SimulatedRegion[]): { tick(): void; sample(atMs: number): Sample } {
  let before = { ...tally, toPerson: { ...tally.toPerson } };
  let ticks = 0;
  let cpu = 0;
  const sums = () => {
    const counts = regions.map(({ bridges }) => bridges.counts);
    const sum = (key: 'starting' | 'serving' | 'draining') => counts.reduce((all, one) => all + one[key], 0);
    return { starting: sum('starting'), serving: sum('serving'), draining: sum('draining') };
  };
  return {
    tick: () => {
      const { starting, serving, draining } = sums();
      const replicas = starting + serving + draining;
      tally.peakReplicas = Math.max(tally.peakReplicas, replicas);
      tally.replicaHours += replicas / 3600;
      for (const region of regions) tally.withoutCores = Math.max(tally.withoutCores, region.bridges.withoutCores);
      const [busiest = 0] = regions.map(({ cpuPercent }) => cpuPercent).sort((one, other) => other - one);
      cpu += busiest;
      ticks += 1;
    },
    sample: (atMs) => {
      const calls = regions.reduce((sum, region) => sum + region.callsUp, 0);
      const persons = (one: Tally) => Object.values(one.toPerson).reduce((sum, count) => sum + count, 0);
      const moved = (one: Tally) => one.movedAfterLoss + one.movedInOrder;
      const sample = {
        atMs,
        calls,
        ...sums(),
        redirected: tally.redirected - before.redirected,
        refused: tally.refused - before.refused,
        moved: moved(tally) - moved(before),
        toPerson: persons(tally) - persons(before),
        cpuPercent: cpu / Math.max(1, ticks),
      };
      before = { ...tally, toPerson: { ...tally.toPerson } };
      ticks = 0;
      cpu = 0;
      return sample;
    },
  };
}
