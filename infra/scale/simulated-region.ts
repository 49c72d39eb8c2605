import { Bridges, cpuOf } from './bridges.ts';
import { ControlPlane } from './control-plane.ts';
import type { EventHeap } from './event-heap.ts';
import type { Random } from './random.ts';
import type { Replica, Call } from './replica.ts';
import type { Tally } from './result.ts';
import type { Setup } from './setup.ts';
import { Queue, TokenBucket } from './token-bucket.ts';

/** Seconds whose unused tokens can still be used. */
const MODEL_BURST_S = 10;

/** The bridges, the functions and the quotas of one region. */
export class SimulatedRegion {
  readonly bridges: Bridges;
  readonly control: ControlPlane;
  readonly takeOvers = new Queue();
  /** `here`, or `gone` with everything in it. */
  state: 'here' | 'gone' = 'here';
  /** What becomes of calls whose bridge leaves them. */
  onLost: (calls: readonly Call[], how: 'closed' | 'silent') => void = () => undefined;
  onMoved: (call: Call) => void = () => undefined;
  onRefusedTurn: (call: Call) => void = () => undefined;
  readonly #setup: Setup;
  readonly #random: Random;
  readonly #tally: Tally;
  readonly #model: TokenBucket;
  #turnsOwed = 0;
  #rowsBefore = 0;
  #cpuPercent = 0;

  constructor(setup: Setup, heap: EventHeap, random: Random, tally: Tally) {
    this.#setup = setup;
    this.#random = random;
    this.#tally = tally;
    this.bridges = new Bridges(setup, heap, random, {
      lost: (calls, how) => this.onLost(calls, how),
      moved: (call) => this.onMoved(call),
    });
    this.control = new ControlPlane(setup, random, () => this.bridges.reports());
    this.#model = new TokenBucket(setup.modelTokensPerMinute / 60, MODEL_BURST_S);
  }

  /** Calls that have a bridge. */
  get callsUp(): number {
    let calls = 0;
    for (const replica of this.bridges.all) calls += replica.calls.size;
    return calls;
  }

  /** Of the serving replicas at the last tick. */
  get cpuPercent(): number {
    return this.#cpuPercent;
  }

  /** Every second. */
  tick(nowMs: number): void {
    if (this.state === 'gone') return;
    this.control.tick();
    this.#tally.peakFunctions = Math.max(this.#tally.peakFunctions, this.control.instances);
    this.bridges.tick(nowMs);
    const rowsRead = this.control.rowsRead + this.bridges.rowsRead;
    this.#tally.peakRowsReadPerS = Math.max(this.#tally.peakRowsReadPerS, rowsRead - this.#rowsBefore);
    this.#rowsBefore = rowsRead;
    this.#count();
    this.#talk(nowMs);
  }

  evaluate(nowMs: number): void {
    if (this.state === 'here') this.bridges.evaluate(nowMs);
  }

  #count(): void {
    const { maxCalls } = this.#setup;
    for (const { calls } of this.bridges.all) {
      this.#tally.mostOnOneReplica = Math.max(this.#tally.mostOnOneReplica, calls.size);
      if (calls.size > maxCalls) this.#tally.crowdedMinutes += calls.size / 60;
    }
    const { serving } = this.bridges;
    const cpu = serving.reduce((sum, { calls }) => sum + cpuOf(calls.size, this.#setup), 0);
    this.#cpuPercent = serving.length === 0 ? 0 : (100 * cpu) / serving.length;
  }

  /** Everybody's turns of this second, as far as the model's quota goes. A reply that nobody writes ends with a person (docs/failures.md). */
  #talk(nowMs: number): void {
    const { tokensPerTurn, turnsPerMinute } = this.#setup;
    const turns = (this.callsUp * turnsPerMinute) / 60;
    if (turns === 0) return;
    const refused = turns - this.#model.take(turns * tokensPerTurn, nowMs) / tokensPerTurn;
    this.bridges.failing = refused > turns / 2 ? ['language-model'] : [];
    this.#turnsOwed += refused;
    const talking = [...this.bridges.all].filter(({ calls }) => calls.size > 0);
    for (; this.#turnsOwed >= 1; this.#turnsOwed -= 1) {
      const call = firstCall(talking[this.#random.below(talking.length)]);
      if (call !== undefined) this.onRefusedTurn(call);
    }
  }
}

function firstCall(replica: Replica | undefined): Call | undefined {
  return replica?.calls.values().next().value;
}
