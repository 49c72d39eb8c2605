import { demandOf, REPORT_EVERY_MS, type BridgeReport } from '#core/admission/region';
import { unreachable } from '#core/unreachable';
import type { EventHeap } from './event-heap.ts';
import type { Random } from './random.ts';
import { Replica, type Call } from './replica.ts';
import { TAKES_AWAY_ONE_IN } from '../../media-bridge/self-report.ts';
import { Scaler } from './scale-rule.ts';
import type { Setup } from './setup.ts';

const ZONES = 3;
const TICK_MS = 1_000;
const REPORT_TICKS = REPORT_EVERY_MS / TICK_MS;
/** Rows of processes that died are taken away by one of those that start, when they are so old. */
const ABANDONED_MS = 3_600_000;

/** What happens to calls when their bridge leaves them. */
export interface Leaving {
  /** Sockets were closed, or nothing was said. */
  lost(calls: readonly Call[], how: 'closed' | 'silent'): void;
  /** Given up in order, within a drain. */
  moved(call: Call): void;
}

/** One revision: what the scale rule counts. Replicas that drain belong to none any more. */
interface Revision {
  replicas: Replica[];
  scaler: Scaler;
  count: number;
  /** Sums over the ticks since the last evaluation. */
  cpu: { sum: number; ticks: number };
}

/** All bridges of one region, as Container Apps runs them: scaled, replaced, drained, and killed. */
export class Bridges {
  readonly #setup: Setup;
  readonly #heap: EventHeap;
  readonly #random: Random;
  readonly #leaving: Leaving;
  readonly #all = new Set<Replica>();
  readonly #rows = new Map<string, BridgeReport>();
  /** Those rows, until one changes. */
  #listed: readonly BridgeReport[] | undefined;
  #active: Revision;
  #next: Revision | undefined;
  #serving: readonly Replica[] = [];
  #made = 0;
  #ticks = 0;
  /** Set while most replies fail for want of the model. */
  failing: BridgeReport['failing'] = [];
  /** Rows of table `bridges` that some bridges read when they begin, to take away those of the long dead, and that are read for the rule on calls. */
  rowsRead = 0;
  /** Replicas that were wanted and had no cores, at the worst. */
  withoutCores = 0;

  constructor(setup: Setup, heap: EventHeap, random: Random, leaving: Leaving) {
    this.#setup = setup;
    this.#heap = heap;
    this.#random = random;
    this.#leaving = leaving;
    this.#active = this.#newRevision(setup.minReplicas, 0);
    for (let made = 0; made < setup.minReplicas; made += 1) this.#make(this.#active).state = 'serving';
    this.#refresh();
    for (const replica of this.#serving) this.#write(replica, 0);
  }

  /** Rows of table `bridges`, those of the dead too. */
  reports(): readonly BridgeReport[] {
    this.#listed ??= [...this.#rows.values()];
    return this.#listed;
  }

  get counts(): { readonly starting: number; readonly serving: number; readonly draining: number } {
    const counts = { starting: 0, serving: 0, draining: 0 };
    for (const { state } of this.#all) if (state !== 'ended') counts[state] += 1;
    return counts;
  }

  get serving(): readonly Replica[] {
    return this.#serving;
  }

  get all(): ReadonlySet<Replica> {
    return this.#all;
  }

  /** The one that the ingress gives the next socket. */
  choose(): Replica | undefined {
    if (this.#setup.ingress === 'random') return this.#serving[this.#random.below(this.#serving.length)];
    let best: Replica | undefined;
    for (const replica of this.#serving) if (best === undefined || replica.calls.size < best.calls.size) best = replica;
    return best;
  }

  /** Every second. */
  tick(nowMs: number): void {
    this.#ticks += 1;
    for (const replica of this.#all) {
      if ((replica.number + this.#ticks) % REPORT_TICKS === 0) this.#write(replica, nowMs);
    }
    for (const revision of [this.#active, this.#next]) {
      const ready = revision?.replicas.filter(({ state }) => state === 'serving') ?? [];
      if (revision === undefined || ready.length === 0) continue;
      revision.cpu.sum += ready.reduce((sum, { calls }) => sum + cpuOf(calls.size, this.#setup), 0) / ready.length;
      revision.cpu.ticks += 1;
    }
    for (const revision of [this.#active, this.#next]) if (revision !== undefined) this.#fill(revision, nowMs);
  }

  /** Every thirty seconds: the scale rule, for each revision by itself. */
  evaluate(nowMs: number): void {
    for (const revision of [this.#active, this.#next]) {
      if (revision === undefined) continue;
      this.rowsRead += this.#rows.size;
      const ready = revision.replicas.filter(({ state }) => state === 'serving').length;
      const cpuPercent = revision.cpu.ticks === 0 ? 0 : (100 * revision.cpu.sum) / revision.cpu.ticks;
      revision.cpu = { sum: 0, ticks: 0 };
      const seen = { replicas: revision.replicas.length, ready, cpuPercent, calls: this.#demand() };
      const count = revision.scaler.evaluate(seen, nowMs);
      revision.count = count;
      // Kubernetes ends what is not ready first, then the youngest.
      for (const replica of revision.replicas.slice(count)) this.#stop(replica, nowMs);
      revision.replicas = revision.replicas.slice(0, count);
    }
    this.#refresh();
  }

  /** Gone at once, with what they had; Container Apps starts others in their place. */
  kill(replicas: readonly Replica[], how: 'closed' | 'silent', nowMs: number): void {
    this.#leaving.lost(this.#endAtOnce(replicas), how);
    for (const revision of [this.#active, this.#next]) if (revision !== undefined) this.#fill(revision, nowMs);
  }

  /** All of them, and nobody to start others. */
  vanish(): void {
    this.#leaving.lost(this.#endAtOnce([...this.#all]), 'silent');
  }

  #endAtOnce(replicas: readonly Replica[]): readonly Call[] {
    const calls = replicas.flatMap((replica) => [...replica.calls]);
    for (const replica of replicas) this.#end(replica, 'dead');
    this.#refresh();
    return calls;
  }

  /** A new revision; the old one serves until the new one is ready, and then drains. */
  deploy(nowMs: number): void {
    this.#next = this.#newRevision(this.#beginsWith(), nowMs);
    this.#fill(this.#next, nowMs);
  }

  #beginsWith(): number {
    const { maxReplicas, minReplicas, newRevision, newRevisionCalls } = this.#setup;
    switch (newRevision) {
      case 'min':
        return minReplicas;
      case 'as-many':
        return Math.max(minReplicas, this.#active.replicas.length);
      case 'by-calls':
        return Math.min(maxReplicas, Math.max(minReplicas, Math.ceil(this.#calls() / newRevisionCalls)));
      default:
        return unreachable(newRevision);
    }
  }

  /** As the functions would tell it (core/admission/region.ts). */
  #demand(): number {
    const serving = [...this.#all].filter(({ state }) => state === 'serving');
    const servingCalls = serving.reduce((sum, { calls }) => sum + calls.size, 0);
    return demandOf(this.#calls(), servingCalls, serving.length * this.#setup.maxCalls);
  }

  #calls(): number {
    let calls = 0;
    for (const replica of this.#all) calls += replica.calls.size;
    return calls;
  }

  /** A call is over or has gone elsewhere. */
  release(replica: Replica): void {
    if (this.#all.has(replica) && replica.state === 'draining' && replica.calls.size === 0)
      this.#end(replica, 'in-order');
  }

  #newRevision(count: number, nowMs: number): Revision {
    const scaler = new Scaler(this.#setup.rules, this.#setup, { atMs: nowMs, replicas: count });
    return { replicas: [], scaler, count, cpu: { sum: 0, ticks: 0 } };
  }

  /** As many as are wanted, and as there are cores for. */
  #fill(revision: Revision, nowMs: number): void {
    revision.replicas = revision.replicas.filter(({ state }) => state !== 'ended');
    const { coresMax, coresPerReplica, startMs } = this.#setup;
    while (revision.replicas.length < revision.count) {
      const missing = revision.count - revision.replicas.length;
      if ((this.#all.size + 1) * coresPerReplica > coresMax) {
        this.withoutCores = Math.max(this.withoutCores, missing);
        return;
      }
      const replica = this.#make(revision);
      const beginsAtMs = nowMs + startMs * (0.7 + 0.6 * this.#random.next());
      this.#heap.at(beginsAtMs, () => this.#begin(replica, beginsAtMs));
    }
  }

  #make(revision: Revision): Replica {
    this.#made += 1;
    const replica = new Replica(this.#made, this.#made % ZONES);
    this.#all.add(replica);
    revision.replicas.push(replica);
    return replica;
  }

  #begin(replica: Replica, nowMs: number): void {
    if (replica.state !== 'starting') return;
    replica.state = 'serving';
    if (this.#random.below(TAKES_AWAY_ONE_IN) === 0) {
      this.rowsRead += this.#rows.size;
      this.#takeAwayAbandoned(nowMs);
    }
    this.#write(replica, nowMs);
    this.#refresh();
    if (this.#next !== undefined && this.#isReady(this.#next)) this.#switchTo(this.#next, nowMs);
  }

  #isReady({ replicas, count }: Revision): boolean {
    const ready = replicas.filter(({ state }) => state === 'serving').length;
    return this.#setup.newRevision === 'as-many' ? ready >= count : ready > 0;
  }

  #switchTo(revision: Revision, nowMs: number): void {
    const old = this.#active.replicas;
    this.#active = revision;
    this.#next = undefined;
    this.#refresh();
    for (const replica of old) this.#stop(replica, nowMs);
  }

  /** SIGTERM: no new calls, and those there are may finish; then they are given away. */
  #stop(replica: Replica, nowMs: number): void {
    if (replica.state !== 'serving' || replica.calls.size === 0) {
      this.#end(replica, 'in-order');
      return;
    }
    const { departureMs, drainTimeoutMs, graceMs } = this.#setup;
    replica.state = 'draining';
    this.#write(replica, nowMs);
    this.#heap.at(nowMs + drainTimeoutMs, () => {
      for (const call of replica.calls) {
        this.#heap.at(nowMs + drainTimeoutMs + departureMs * this.#random.next(), () => {
          if (call.place.kind === 'with' && call.place.replica === replica) this.#leaving.moved(call);
        });
      }
    });
    this.#heap.at(nowMs + graceMs, () => {
      if (replica.state === 'draining') this.kill([replica], 'closed', nowMs + graceMs);
    });
  }

  /** One that dies leaves its row behind. */
  #end(replica: Replica, how: 'in-order' | 'dead'): void {
    replica.state = 'ended';
    replica.calls.clear();
    this.#all.delete(replica);
    if (how === 'in-order') this.#rows.delete(replica.name);
    this.#listed = undefined;
  }

  #write(replica: Replica, nowMs: number): void {
    replica.writeReport(nowMs, this.#setup.maxCalls, this.failing);
    if (replica.report === undefined || replica.state === 'ended') return;
    this.#rows.set(replica.name, replica.report);
    this.#listed = undefined;
  }

  #takeAwayAbandoned(nowMs: number): void {
    for (const [name, { atMs }] of this.#rows) if (nowMs - atMs > ABANDONED_MS) this.#rows.delete(name);
  }

  #refresh(): void {
    this.#serving = this.#active.replicas.filter(({ state }) => state === 'serving');
  }
}

/** Of a core: no replica uses more than it has. */
export function cpuOf(calls: number, { cpuPerCall, coresPerReplica }: Setup): number {
  return Math.min(1, (calls * cpuPerCall) / coresPerReplica);
}
