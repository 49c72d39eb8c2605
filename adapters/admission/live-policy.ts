import { parsePolicy } from '#core/admission/parse';
import type { AdmissionPolicy } from '#core/admission/policy';
import type { Clock } from '#core/ports/clock';
import type { PolicyStore } from '#core/ports/policy-store';
import { KeptFresh } from '../freshness/kept-fresh.ts';
import type { Log } from '../logging/logger.ts';
import { FRESHNESS } from './live-region.ts';

/** A new process has nothing older to go by: its first read may take the time that a connection takes. */
const FIRST_WAIT_MAX_MS = 1_000;

interface LivePolicyServices {
  readonly store: PolicyStore;
  /** Where nobody has put one into the storage, and before it could be read. */
  readonly standard: AdmissionPolicy;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Gives the policy in force: the stored one, a few seconds old at most while calls come; the last that was good while the stored one is broken or out of
 * reach; else the standard one. Never throws, and never makes its caller wait for longer than a quarter of a second, or a second while none was ever
 * read. Reads once at the start, before anybody asks.
 */
export function livePolicy({ store, standard, clock, log }: LivePolicyServices): () => Promise<AdmissionPolicy> {
  let good = { policy: standard, version: 'standard' };
  let brokenVersion: string | undefined;
  const kept = new KeptFresh(
    async (signal) => {
      const stored = await store.load(signal);
      const version = stored?.version ?? 'standard';
      if (version === good.version) return good.policy;
      const parsed =
        stored === undefined ? { ok: true as const, value: standard } : parsePolicy(stored.yaml, 'live policy');
      if (parsed.ok) {
        good = { policy: parsed.value, version };
        log.info({ changedAtMs: stored?.changedAtMs }, 'admission policy changed');
      } else if (version !== brokenVersion) {
        brokenVersion = version;
        log.error({ problems: parsed.problems }, 'admission policy broken: the last good one stays');
      }
      return good.policy;
    },
    {
      ...FRESHNESS,
      firstWaitMaxMs: FIRST_WAIT_MAX_MS,
      clock,
      onFailure: (error) => log.warn({ err: error }, 'admission policy not read: the last one stays'),
    },
  );
  void kept.current();
  return async () => (await kept.current()) ?? standard;
}
