import { unreachable } from '#core/unreachable';
import type { EventHeap } from './event-heap.ts';
import type { Random } from './random.ts';
import type { Call } from './replica.ts';
import type { Tally } from './result.ts';
import type { Setup } from './setup.ts';
import type { SimulatedRegion } from './simulated-region.ts';

/** The watchdog's message becomes visible, and the queue is asked, within so much more (host.json, `maxPollingInterval`). */
const QUEUE_MS = 1_000;
/** Callers whose region is gone call again after so long, up to twice that. */
const REDIAL_MS = 15_000;

const BETWEEN = { kind: 'between' } as const;
const OVER = { kind: 'over' } as const;

/** Every call from its first ring to its end: who takes it, who has it, where it goes when they are gone. */
export class CallDesk {
  readonly #setup: Setup;
  readonly #heap: EventHeap;
  readonly #random: Random;
  readonly #tally: Tally;
  readonly #regions: readonly SimulatedRegion[];
  #lostAtMs = Infinity;
  #up = 0;
  /** Calls that have not been settled yet. */
  #ringing = 0;

  constructor(setup: Setup, heap: EventHeap, random: Random, tally: Tally, regions: readonly SimulatedRegion[]) {
    this.#setup = setup;
    this.#heap = heap;
    this.#random = random;
    this.#tally = tally;
    this.#regions = regions;
    for (const region of regions) {
      region.onLost = (calls, how) => this.#lost(region, calls, how);
      region.onMoved = (call) => this.#move(region, call, heap.nowMs);
      region.onRefusedTurn = (call) => this.#giveToPerson(call, 'noModel', 0);
    }
  }

  /** A call comes in. */
  offer(nowMs: number): void {
    this.#tally.offered += 1;
    const [first] = this.#regions;
    if (first?.state !== 'gone') {
      this.#ring(0, nowMs, 0);
      return;
    }
    // The SBC goes on offering calls to the region that is gone: each rings there until the front gives up.
    const ringMs = nowMs < this.#lostAtMs + this.#setup.rerouteMs ? this.#setup.ringMs : 0;
    this.#ringing += 1;
    this.#heap.at(nowMs + ringMs, () => {
      this.#ringing -= 1;
      this.#ring(1, nowMs + ringMs, ringMs);
    });
  }

  /** Everything of this region is gone, with all calls it had: nothing of ours is left that could look after them. */
  loseRegion(region: SimulatedRegion, nowMs: number): void {
    this.#lostAtMs = nowMs;
    region.onLost = (calls) => {
      for (const call of calls) this.#callAgain(call, nowMs);
    };
    region.state = 'gone';
    region.bridges.vanish();
  }

  /** The caller hears nothing, hangs up, and tries again. */
  #callAgain(call: Call, nowMs: number): void {
    if (!this.#end(call)) return;
    this.#tally.lostWithRegion += 1;
    const redialMs = nowMs + REDIAL_MS * (1 + this.#random.next());
    this.#heap.at(redialMs, () => this.offer(redialMs));
  }

  /** At the end of a run. */
  close(): void {
    this.#tally.up = this.#up;
    this.#tally.offered -= this.#ringing;
  }

  #ring(place: number, nowMs: number, rungMs: number): void {
    const region = this.#regions[place];
    if (region === undefined) {
      this.#tally.refused += 1;
      return;
    }
    const waitMs = region.control.waitMs();
    this.#tally.longestRingMs = Math.max(this.#tally.longestRingMs, rungMs + waitMs);
    if (waitMs > this.#setup.ringMs) {
      this.#tally.unanswered += 1;
      return;
    }
    this.#ringing += 1;
    this.#heap.at(nowMs + waitMs, () => {
      this.#ringing -= 1;
      this.#settle(place, region, nowMs + waitMs, rungMs + waitMs);
    });
  }

  #settle(place: number, region: SimulatedRegion, nowMs: number, rungMs: number): void {
    const decided = region.control.decide(nowMs);
    switch (decided.kind) {
      case 'answer':
        this.#answer(region, nowMs);
        return;
      case 'redirect':
        this.#tally.redirected += 1;
        return;
      case 'reject':
        if (this.#regions[place + 1] === undefined) this.#tally.refused += 1;
        else this.#ring(place + 1, nowMs, rungMs);
        return;
      case 'drop':
        this.#tally.unanswered += 1;
        return;
      default:
        unreachable(decided);
    }
  }

  #answer(region: SimulatedRegion, nowMs: number): void {
    const { answerMs, callSpread, meanCallMs } = this.#setup;
    const endsAtMs = nowMs + answerMs + this.#random.logNormal(meanCallMs, callSpread);
    const call: Call = { endsAtMs, losses: 0, place: BETWEEN };
    this.#tally.answered += 1;
    this.#up += 1;
    this.#tally.peakUp = Math.max(this.#tally.peakUp, this.#up);
    this.#heap.at(nowMs + answerMs, () => this.#connect(region, call, 0));
    this.#heap.at(endsAtMs, () => {
      if (this.#end(call)) this.#tally.completed += 1;
    });
  }

  /** The media socket comes, after so much silence. */
  #connect(region: SimulatedRegion, call: Call, silenceMs: number): void {
    if (call.place.kind !== 'between') return;
    if (region.state === 'gone') {
      this.#callAgain(call, this.#heap.nowMs);
      return;
    }
    const replica = region.bridges.choose();
    const { watchdogMs } = this.#setup;
    if (replica === undefined) {
      const waitMs = Math.max(0, watchdogMs + QUEUE_MS - silenceMs);
      this.#heap.at(this.#heap.nowMs + waitMs, () => this.#giveToPerson(call, 'noBridge', silenceMs + waitMs));
      return;
    }
    const { recognisersMax } = this.#setup;
    if (Number.isFinite(recognisersMax) && region.callsUp >= recognisersMax) {
      this.#giveToPerson(call, 'noRecogniser', silenceMs);
      return;
    }
    this.#hear(silenceMs);
    replica.calls.add(call);
    call.place = { kind: 'with', replica };
  }

  /** The stream was lost: another bridge takes it, or the failure path brings the caller to a person. */
  #lost(region: SimulatedRegion, calls: readonly Call[], how: 'closed' | 'silent'): void {
    const { lossesBeforePerson, noticeMs } = this.#setup;
    const nowMs = this.#heap.nowMs;
    for (const call of calls) {
      call.losses += 1;
      this.#leave(call);
      const reportedAtMs = nowMs + noticeMs[how];
      if (call.losses >= lossesBeforePerson) {
        this.#heap.at(reportedAtMs, () => this.#giveToPerson(call, 'lostTwice', noticeMs[how]));
      } else this.#takeOver(region, call, reportedAtMs, noticeMs[how], 'movedAfterLoss');
    }
  }

  #move(region: SimulatedRegion, call: Call, nowMs: number): void {
    const before = call.place.kind === 'with' ? call.place.replica : undefined;
    this.#leave(call);
    if (before !== undefined) region.bridges.release(before);
    this.#takeOver(region, call, nowMs, 0, 'movedInOrder');
  }

  #takeOver(
    region: SimulatedRegion,
    call: Call,
    fromMs: number,
    silenceMs: number,
    kind: 'movedAfterLoss' | 'movedInOrder',
  ): void {
    const { takeOverMs, takeOversPerS, watchdogMs } = this.#setup;
    const waitMs = region.takeOvers.waitMs(takeOversPerS, fromMs) + takeOverMs;
    if (waitMs > watchdogMs) {
      const lateMs = watchdogMs + QUEUE_MS;
      this.#heap.at(fromMs + lateMs, () => this.#giveToPerson(call, 'lateTakeOver', silenceMs + lateMs));
      return;
    }
    this.#heap.at(fromMs + waitMs, () => {
      if (call.place.kind !== 'between') return;
      this.#tally[kind] += 1;
      this.#connect(region, call, silenceMs + waitMs);
    });
  }

  #giveToPerson(call: Call, why: keyof Tally['toPerson'], silenceMs: number): void {
    if (!this.#end(call)) return;
    this.#hear(silenceMs);
    this.#tally.toPerson[why] += 1;
  }

  /** Whether it was up. */
  #end(call: Call): boolean {
    if (call.place.kind === 'over') return false;
    const before = call.place.kind === 'with' ? call.place.replica : undefined;
    if (before !== undefined) before.calls.delete(call);
    call.place = OVER;
    this.#up -= 1;
    if (before?.state === 'draining') for (const { bridges } of this.#regions) bridges.release(before);
    return true;
  }

  #leave(call: Call): void {
    if (call.place.kind === 'with') call.place.replica.calls.delete(call);
    call.place = BETWEEN;
  }

  #hear(silenceMs: number): void {
    this.#tally.longestSilenceMs = Math.max(this.#tally.longestSilenceMs, silenceMs);
  }
}
