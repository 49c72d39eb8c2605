import { toPersonInAll, type Sample, type Tally } from './result.ts';
import type { Played } from './run.ts';
import type { Setup } from './setup.ts';

const CHART_COLUMNS = 72;
const BARS = ' ▁▂▃▄▅▆▇█';

/** One scenario: what was simulated, and a line of bars for each thing over the time of the run. */
export function tellScenario({ plan, result }: Played): string {
  const { about, name, setup } = plan;
  const { samples } = result;
  const last = samples.at(-1);
  const line = (title: string, value: (sample: Sample) => number, unit: string) =>
    bars(title, samples.map(value), unit);
  return [
    `\n${name}: ${about} (${tellRules(setup)}, ${setup.minReplicas} to ${setup.maxReplicas} replicas)`,
    `  ${' '.repeat(21)}0${`${Math.round((last?.atMs ?? 0) / 60_000)} min`.padStart(CHART_COLUMNS - 1)}`,
    line('calls', ({ calls }) => calls, ''),
    line('replicas serving', ({ serving }) => serving, ''),
    line('starting', ({ starting }) => starting, ''),
    line('draining', ({ draining }) => draining, ''),
    line('core in use', ({ cpuPercent }) => cpuPercent, ' %'),
    line('turned away', ({ redirected, refused }) => redirected + refused, ''),
    line('moved', ({ moved }) => moved, ''),
    line('failed to a person', ({ toPerson }) => toPerson, ''),
    ...mishapLine(plan, last?.atMs ?? 0),
  ].join('\n');
}

/** All scenarios in one table. */
export function tellSummary(played: readonly Played[]): string {
  const rows: readonly (readonly [string, (tally: Tally) => string])[] = [
    ['calls offered', ({ offered }) => whole(offered)],
    ['answered', ({ answered }) => whole(answered)],
    ['turned away to people', ({ redirected }) => whole(redirected)],
    ['refused: SBC goes on', ({ refused }) => whole(refused)],
    ['share turned away', ({ offered, redirected, refused }) => percent((redirected + refused) / Math.max(1, offered))],
    ['rang in vain', ({ unanswered }) => whole(unanswered)],
    ['answered, failed to a person', (tally) => whole(toPersonInAll(tally))],
    ['  no bridge took the media', ({ toPerson }) => whole(toPerson.noBridge)],
    ['  stream lost twice', ({ toPerson }) => whole(toPerson.lostTwice)],
    ['  taken over too late', ({ toPerson }) => whole(toPerson.lateTakeOver)],
    ['  model over its quota', ({ toPerson }) => whole(toPerson.noModel)],
    ['  no recogniser to be had', ({ toPerson }) => whole(toPerson.noRecogniser)],
    ['lost with their region', ({ lostWithRegion }) => whole(lostWithRegion)],
    ['moved after a loss', ({ movedAfterLoss }) => whole(movedAfterLoss)],
    ['moved in order', ({ movedInOrder }) => whole(movedInOrder)],
    ['longest silence', ({ longestSilenceMs }) => seconds(longestSilenceMs)],
    ['longest ring before a decision', ({ longestRingMs }) => seconds(longestRingMs)],
    ['most calls at once', ({ peakUp }) => whole(peakUp)],
    ['most on one replica', ({ mostOnOneReplica }) => whole(mostOnOneReplica)],
    ['call minutes beyond MAX_CALLS', ({ crowdedMinutes }) => whole(crowdedMinutes)],
    ['most replicas', ({ peakReplicas }) => whole(peakReplicas)],
    ['replicas without cores', ({ withoutCores }) => whole(withoutCores)],
    ['replica hours', ({ replicaHours }) => whole(replicaHours)],
    ['most functions instances', ({ peakFunctions }) => whole(peakFunctions)],
    ['bridge rows read in a second', ({ peakRowsReadPerS }) => whole(peakRowsReadPerS)],
  ];
  const table = [
    ['', ...played.map(({ plan }) => plan.name)],
    ...rows.map(([title, value]) => [title, ...played.map(({ result }) => value(result.tally))]),
  ];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const text = table.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
  return `\n${text.join('\n')}`;
}

function tellRules({ rules }: Setup): string {
  return rules
    .map((rule) =>
      rule.kind === 'cpu'
        ? `another replica above ${rule.targetPercent} % CPU`
        : `a replica for ${rule.targetCalls} calls`,
    )
    .join(' or ');
}

/** The highest value of each column; a blank is nothing at all. */
function bars(title: string, values: readonly number[], unit: string): string {
  const most = Math.max(0, ...values);
  const columns = Array.from({ length: CHART_COLUMNS }, (_, column) => {
    const from = Math.floor((column * values.length) / CHART_COLUMNS);
    const to = Math.max(from + 1, Math.floor(((column + 1) * values.length) / CHART_COLUMNS));
    const value = Math.max(0, ...values.slice(from, to));
    return BARS[most === 0 ? 0 : Math.ceil((value / most) * (BARS.length - 1))] ?? ' ';
  });
  return `  ${title.padEnd(20)} ${columns.join('')}  most ${whole(most)}${unit}`;
}

function mishapLine({ mishaps }: Played['plan'], endMs: number): readonly string[] {
  return mishaps.map(({ atMs, what }) => {
    const column = Math.floor((atMs / Math.max(1, endMs)) * CHART_COLUMNS);
    return `  ${' '.repeat(21 + column)}^ ${what}`;
  });
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
