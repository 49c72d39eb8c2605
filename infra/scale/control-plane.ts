import { admit, type Admission, type AdmissionFacts } from '#core/admission/admit';
import { admissionPolicy, type AdmissionPolicy } from '#core/admission/policy';
import { REPORT_LIFE_MS, regionOf, type BridgeReport, type Region } from '#core/admission/region';
import { parseAgent } from '#core/agent/parse';
import { offerAt } from './offer.ts';
import type { Random } from './random.ts';
import type { Setup } from './setup.ts';

/** A Monday, midnight UTC: for rules that ask what day it is. */
const FIRST_DAY_MS = Date.UTC(2026, 10, 23);

/** What one instance of the functions knows of the bridges: what it has read, and what it has answered itself. */
interface Instance {
  readAtMs: number;
  region: Region;
  /** When the oldest of the reports was written that the region was made of. */
  oldestMs: number;
  /** Of each bridge: when its last report was written, and when that one was first read here. */
  readonly writtenAtMs: Map<string, number>;
  readonly seenAtMs: Map<string, number>;
  answers: number[];
}

/** The functions: as many instances as the calls need, each with its own view of the bridges, deciding by the product's own rules. */
export class ControlPlane {
  readonly #setup: Setup;
  readonly #random: Random;
  readonly #reports: () => readonly BridgeReport[];
  readonly #policy: AdmissionPolicy;
  readonly #agent: AdmissionFacts['agent'];
  #instances: Instance[] = [];
  /** Calls that are waiting for an instance, and those that came since the last tick. */
  #backlog = 0;
  #came = 0;
  /** Rows that were read of the one partition of table `bridges`. */
  rowsRead = 0;

  constructor(setup: Setup, random: Random, reports: () => readonly BridgeReport[]) {
    this.#setup = setup;
    this.#random = random;
    this.#reports = reports;
    this.#policy = admissionPolicy.parse(setup.whenFull === 'people' ? {} : { then: { full: { refuse: 'busy' } } });
    this.#agent = agentWithOneQueue();
    this.#scaleTo(setup.functionsReady);
  }

  get instances(): number {
    return this.#instances.length;
  }

  /** Milliseconds that a call which comes in now waits for an instance that has time for it. */
  waitMs(): number {
    const waitMs = (this.#backlog / this.#perSecond()) * 1000;
    this.#backlog += 1;
    this.#came += 1;
    return waitMs;
  }

  /** Every second. Instances are added as fast as Flex Consumption is said to: half as many again and four. */
  tick(): void {
    const { answerMs, functionsConcurrency, functionsMax, functionsReady } = this.#setup;
    const needed = Math.ceil((this.#backlog + this.#came * (answerMs / 1000)) / functionsConcurrency);
    this.#backlog = Math.max(0, this.#backlog - this.#perSecond());
    this.#came = 0;
    const most = Math.min(functionsMax, Math.ceil(this.instances * 1.5) + 4);
    this.#scaleTo(Math.max(functionsReady, Math.min(most, Math.max(needed, this.instances - 1))));
  }

  decide(nowMs: number): Admission {
    const instance = this.#instances[this.#random.below(this.instances)];
    if (instance === undefined) throw new Error('there is no instance of the functions');
    const region = this.#regionSeenBy(instance, nowMs);
    const dateMs = FIRST_DAY_MS + nowMs;
    const decided = admit(offerAt(dateMs), this.#policy, { agent: this.#agent, trunk: undefined, region }, dateMs);
    if (decided.kind === 'answer') instance.answers.push(nowMs);
    return decided;
  }

  /** The answers of this instance are taken off here and not in `regionOf`, which would have to look at every report again for every call. */
  #regionSeenBy(instance: Instance, nowMs: number): Region {
    const ageMs = nowMs - instance.readAtMs;
    const isStale = ageMs > this.#setup.staleMs;
    if (isStale) this.#read(instance, nowMs);
    const { region, oldestMs, answers } = instance;
    const known: Region =
      region.state === 'serving'
        ? { state: 'serving', freeCalls: Math.max(0, region.freeCalls - countSince(answers, oldestMs)) }
        : region;
    if (!isStale && ageMs > this.#setup.freshMs) this.#read(instance, nowMs);
    return known;
  }

  #read(instance: Instance, nowMs: number): void {
    const reports = this.#reports();
    this.rowsRead += reports.length;
    const { seenAtMs, writtenAtMs } = instance;
    for (const { replica, atMs } of reports) {
      if (writtenAtMs.get(replica) === atMs) continue;
      writtenAtMs.set(replica, atMs);
      seenAtMs.set(replica, nowMs);
    }
    let oldestMs = nowMs;
    instance.region = regionOf({ reports, readAtMs: nowMs, seenAtMs }, nowMs, (sinceMs) => {
      oldestMs = sinceMs;
      return 0;
    });
    instance.oldestMs = oldestMs;
    instance.readAtMs = nowMs;
    instance.answers = instance.answers.filter((atMs) => nowMs - atMs <= REPORT_LIFE_MS);
  }

  #perSecond(): number {
    const { answerMs, functionsConcurrency } = this.#setup;
    return (this.instances * functionsConcurrency * 1000) / answerMs;
  }

  #scaleTo(count: number): void {
    while (this.#instances.length > count) this.#instances.pop();
    while (this.#instances.length < count) {
      const nothing = { readAtMs: -Infinity, region: { state: 'unknown' }, oldestMs: 0 } as const;
      this.#instances.push({ ...nothing, answers: [], writtenAtMs: new Map(), seenAtMs: new Map() });
    }
  }
}

function countSince(timesMs: readonly number[], sinceMs: number): number {
  return timesMs.length - (timesMs.findLastIndex((atMs) => atMs <= sinceMs) + 1);
}

function agentWithOneQueue(): AdmissionFacts['agent'] {
  const parsed = parseAgent(AGENT, 'agent of the simulation');
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  return parsed.agent;
}

const AGENT = `
name: simulated
languages: [{ language: en-US, voice: en-US-AvaMultilingualNeural, greeting: Hello., greetingUnknown: Hello. }]
instructions: You help callers.
queues: [{ name: people, target: '+18005550100', topics: [everything] }]
`;
