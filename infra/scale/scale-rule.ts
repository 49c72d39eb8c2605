import { unreachable } from '#core/unreachable';

/**
 * The scale rule of Container Apps as Microsoft writes it down (https://learn.microsoft.com/azure/container-apps/scale-app, "Scale behavior"): an evaluation every
 * 30 s, steps up of 1, 4, 8, 16, 32, ..., all that is too many away at once after 300 s; and underneath the Horizontal Pod Autoscaler, which the `cpu` rule of
 * KEDA hands its numbers to (https://keda.sh/docs/latest/scalers/cpu/,
 * https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/, "Algorithm details"). The rule on calls is KEDA's `metrics-api`: one
 * number, divided by the target for each replica (https://keda.sh/docs/latest/scalers/metrics-api/).
 */
export const EVALUATE_EVERY_MS = 30_000;
const SCALE_IN_WINDOW_MS = 300_000;
/** A ratio this near to one changes nothing. */
const TOLERANCE = 0.1;
const FIRST_STEP = 4;

export type ScaleRule =
  /** Utilisation of a core in percent, on average over the replicas. */
  | { readonly kind: 'cpu'; readonly targetPercent: number }
  /** Calls of all replicas together, as a `metrics-api` rule would read them: so many to each replica. */
  | { readonly kind: 'calls'; readonly targetCalls: number };

export interface Seen {
  /** Started replicas, ready or not, without those that are to end. */
  readonly replicas: number;
  /** Those of them that have begun to serve. */
  readonly ready: number;
  /** Of those that are ready, on average. */
  readonly cpuPercent: number;
  readonly calls: number;
}

/** How many replicas the rule asks for, before steps, windows and limits. */
export function wanted(rule: ScaleRule, seen: Seen): number {
  switch (rule.kind) {
    case 'cpu':
      return wantedByCpu(seen, seen.cpuPercent / rule.targetPercent);
    case 'calls': {
      const ratio = seen.calls / (rule.targetCalls * Math.max(1, seen.replicas));
      return isNearOne(ratio) ? seen.replicas : Math.ceil(seen.calls / rule.targetCalls);
    }
    default:
      return unreachable(rule);
  }
}

/** A replica that is starting counts as idle when there are too few, and not at all when there are too many. */
function wantedByCpu({ replicas, ready }: Seen, ratio: number): number {
  if (ready === 0 || isNearOne(ratio)) return replicas;
  if (ratio < 1) return Math.ceil(ratio * ready);
  const withIdle = (ratio * ready) / replicas;
  return withIdle <= 1 + TOLERANCE ? replicas : Math.ceil(withIdle * replicas);
}

function isNearOne(ratio: number): boolean {
  // Two of a thousand million: a ratio that is exactly the tolerance is not beyond it.
  return Math.abs(ratio - 1) <= TOLERANCE + 2e-9;
}

export interface ScaleLimits {
  readonly minReplicas: number;
  readonly maxReplicas: number;
}

/** Remembers what was asked for in the last five minutes: it goes down to the highest of that only. */
export class Scaler {
  readonly #rules: readonly ScaleRule[];
  readonly #limits: ScaleLimits;
  #asked: { readonly atMs: number; readonly replicas: number }[];

  constructor(
    rules: readonly ScaleRule[],
    limits: ScaleLimits,
    now: { readonly atMs: number; readonly replicas: number },
  ) {
    this.#rules = rules;
    this.#limits = limits;
    this.#asked = [now];
  }

  /** How many replicas there are to be from now on. */
  evaluate(seen: Seen, nowMs: number): number {
    const { minReplicas, maxReplicas } = this.#limits;
    // Of several rules the one counts that asks for the most.
    const replicas = Math.max(...this.#rules.map((rule) => wanted(rule, seen)));
    this.#asked = this.#asked.filter(({ atMs }) => nowMs - atMs < SCALE_IN_WINDOW_MS);
    this.#asked.push({ atMs: nowMs, replicas });
    const step = Math.max(FIRST_STEP, 2 * seen.replicas);
    const held = Math.min(step, Math.max(replicas, lowest(seen.replicas, this.#asked)));
    return Math.min(maxReplicas, Math.max(minReplicas, held));
  }
}

/** What is gone down to at most: never more than there are, since the window holds nothing up that is not there. */
function lowest(replicas: number, asked: readonly { readonly replicas: number }[]): number {
  return Math.min(replicas, Math.max(...asked.map((one) => one.replicas)));
}
