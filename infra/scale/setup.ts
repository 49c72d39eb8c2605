import { FRESHNESS } from '#adapters/admission/live-region';
import { WATCHDOG_DEFAULT_MS } from '../../functions/app/config.ts';
import { DEPARTURE_MAX_MS } from '../../media-bridge/session/departure.ts';
import type { Deployed } from './deployed.ts';
import { lossesBeforePerson } from './losses.ts';
import type { ScaleRule } from './scale-rule.ts';

/** Everything that a run depends on, beside the arrivals and what goes wrong. docs/scale.md says where each figure is from. */
export interface Setup {
  readonly seed: number;
  readonly peakCalls: number;
  readonly meanCallMs: number;
  /** Standard deviation of the logarithm of a call's length. */
  readonly callSpread: number;

  /** Of a core, for one call. */
  readonly cpuPerCall: number;
  /** What a bridge says it takes (`MAX_CALLS`). */
  readonly maxCalls: number;
  /** The highest of what they ask for. */
  readonly rules: readonly ScaleRule[];
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly coresPerReplica: number;
  /** Of the environment, for all replicas that have not ended. */
  readonly coresMax: number;
  /** From the decision to the first call, on average; 30 % more or less. */
  readonly startMs: number;
  /**
   * With how many replicas a new revision begins: as many as the calls need that are up (infra/hooks/calls-now.sh) or `minReplicas`, both ready with the
   * first; or as many as the old one has, ready with the last.
   */
  readonly newRevision: 'by-calls' | 'min' | 'as-many';
  /** With `by-calls`: to each replica. */
  readonly newRevisionCalls: number;
  /** Which replica gets the next socket. */
  readonly ingress: 'random' | 'fewest-calls';
  readonly drainTimeoutMs: number;
  readonly graceMs: number;
  /** Within which a draining replica gives its calls away. */
  readonly departureMs: number;

  /** From the end of a replica to the report of the lost stream, when its sockets are closed, and when nothing is. */
  readonly noticeMs: { readonly closed: number; readonly silent: number };
  /** From that report to the agent's voice from another replica, with nobody waiting. */
  readonly takeOverMs: number;
  /** Streams that can be asked for again in a second. */
  readonly takeOversPerS: number;
  /** A caller whom nobody has taken over by then goes to a person. */
  readonly watchdogMs: number;
  /** With the so many-th loss too. */
  readonly lossesBeforePerson: number;

  readonly functionsReady: number;
  readonly functionsMax: number;
  /** Calls that one instance answers at once. */
  readonly functionsConcurrency: number;
  /** From the delivery of IncomingCall to the accepted answer. */
  readonly answerMs: number;
  /** How old a report of the bridges may be: then it is read again behind the asker's back, and then before. */
  readonly freshMs: number;
  readonly staleMs: number;
  /** What is done with calls when all bridges are full: to people, or refused so that the SBC tries the next region. */
  readonly whenFull: 'people' | 'refuse';

  /** Of all deployments together. */
  readonly modelTokensPerMinute: number;
  readonly tokensPerTurn: number;
  readonly turnsPerMinute: number;
  /** Recognisers open at once, of all Speech resources together. */
  readonly recognisersMax: number;

  /** Until the SBC stops offering calls to a region that is gone, and how long each of them rings there first. */
  readonly rerouteMs: number;
  readonly ringMs: number;
}

/** Azure's quotas raised far enough, the scale rule as deployed: what is left to fail is ours. */
export function raisedSetup(deployed: Deployed): Setup {
  return {
    seed: 1,
    peakCalls: 10_000,
    meanCallMs: 240_000,
    callSpread: 0.8,
    cpuPerCall: 0.00888,
    maxCalls: deployed.maxCalls,
    rules: [
      { kind: 'cpu', targetPercent: deployed.scaleAtCpuPercent },
      { kind: 'calls', targetCalls: deployed.scaleAtCalls },
    ],
    newRevisionCalls: deployed.scaleAtCalls,
    minReplicas: deployed.minReplicas,
    maxReplicas: 400,
    coresPerReplica: deployed.coresPerReplica,
    coresMax: 1_000,
    startMs: 30_000,
    newRevision: 'by-calls',
    ingress: 'random',
    drainTimeoutMs: deployed.drainTimeoutMs,
    graceMs: deployed.graceMs,
    departureMs: DEPARTURE_MAX_MS,
    noticeMs: { closed: 500, silent: 5_000 },
    takeOverMs: 2_000,
    takeOversPerS: 500,
    watchdogMs: WATCHDOG_DEFAULT_MS,
    lossesBeforePerson: lossesBeforePerson(),
    functionsReady: deployed.functionsReady,
    functionsMax: deployed.functionsMax,
    functionsConcurrency: 16,
    answerMs: 500,
    freshMs: FRESHNESS.freshMs,
    staleMs: FRESHNESS.staleMs,
    whenFull: 'people',
    modelTokensPerMinute: Infinity,
    tokensPerTurn: 1_500,
    turnsPerMinute: 4,
    recognisersMax: Infinity,
    rerouteMs: 180_000,
    ringMs: 30_000,
  };
}

/** Recognisers that one Speech resource of tier S0 opens at once by default: https://learn.microsoft.com/azure/ai-services/speech-service/speech-services-quotas-and-limits */
const RECOGNISERS_DEFAULT = 100;
/** Cores of a Container Apps environment by default: https://learn.microsoft.com/azure/container-apps/quotas */
const CORES_DEFAULT = 100;
const REGIONS_OF_SERVICES = 2;

/** As `azd up` leaves it, with Azure's default quotas and a second region for speech and model. */
export function deployedSetup(deployed: Deployed): Setup {
  return {
    ...raisedSetup(deployed),
    maxReplicas: deployed.maxReplicas,
    coresMax: CORES_DEFAULT,
    modelTokensPerMinute: deployed.modelTokensPerMinute * REGIONS_OF_SERVICES,
    recognisersMax: RECOGNISERS_DEFAULT * REGIONS_OF_SERVICES,
  };
}
