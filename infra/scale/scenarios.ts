import type { Deployed } from './deployed.ts';
import { RAMP_MS } from './arrivals.ts';
import { deployedSetup, raisedSetup, type Setup } from './setup.ts';
import type { Mishap, Scenario } from './simulation.ts';

const MINUTE_MS = 60_000;
/** When everything has been at its peak for twenty minutes. */
const MISHAP_MS = RAMP_MS + 20 * MINUTE_MS;

export interface Plan extends Scenario {
  readonly setup: Setup;
}

/** All scenarios, in the order in which they are told. `days`: how long the first one is. */
export function allPlans(deployed: Deployed, days: number): readonly Plan[] {
  const setup = raisedSetup(deployed);
  const atPeak = (name: string, about: string, what: Mishap['what'], minutes = 50): Plan => ({
    ...{ name, about, setup, arrivals: { kind: 'peak', minutes } },
    ...{ mishaps: [{ atMs: MISHAP_MS, what }], regions: what === 'region-lost' ? 2 : 1 },
  });
  const quiet = { mishaps: [], regions: 1 } as const;
  return [
    { ...quiet, name: 'day', about: 'a business day', setup, arrivals: { kind: 'days', days } },
    {
      ...quiet,
      name: 'as-deployed',
      about: "the templates' limits and Azure's default quotas",
      setup: deployedSetup(deployed),
      arrivals: { kind: 'peak', minutes: 30 },
    },
    {
      ...quiet,
      name: 'light-calls',
      about: 'calls that need half of the measured CPU',
      setup: { ...setup, cpuPerCall: setup.cpuPerCall / 2 },
      arrivals: { kind: 'peak', minutes: 30 },
    },
    {
      ...quiet,
      name: 'storm',
      about: 'everybody calls within a minute',
      setup,
      arrivals: { kind: 'storm', minutes: 30 },
    },
    atPeak('replica-dies', 'a replica dies in the peak', 'replica-dies', 30),
    atPeak('deploy', 'a deploy in the peak', 'deploy'),
    atPeak('zone-lost', 'a third of the replicas is gone without a word', 'zone-lost', 40),
    atPeak('region-lost', 'the region is gone; a second one stands by', 'region-lost'),
  ];
}
