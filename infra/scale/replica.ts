import type { BridgeReport } from '#core/admission/region';

/** A caller and what has become of them. */
export interface Call {
  readonly endsAtMs: number;
  losses: number;
  place:
    { readonly kind: 'with'; readonly replica: Replica } | { readonly kind: 'between' } | { readonly kind: 'over' };
}

/** One process of the bridge. */
export class Replica {
  readonly number: number;
  readonly name: string;
  readonly zone: number;
  readonly calls = new Set<Call>();
  state: 'starting' | 'serving' | 'draining' | 'ended' = 'starting';
  /** The row it has written; `undefined` before the first. */
  report: BridgeReport | undefined;

  constructor(number: number, zone: number) {
    this.number = number;
    this.name = `bridge-${number}`;
    this.zone = zone;
  }

  writeReport(nowMs: number, maxCalls: number, failing: BridgeReport['failing']): void {
    if (this.state !== 'serving' && this.state !== 'draining') return;
    this.report = { replica: this.name, state: this.state, calls: this.calls.size, maxCalls, failing, atMs: nowMs };
  }
}
