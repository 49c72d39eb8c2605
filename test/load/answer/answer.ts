import { stat } from 'node:fs/promises';
import type { BenchOptions, BenchPart, Figure } from '../report/figure.ts';
import { median, percentile } from '../report/statistics.ts';
import { startCallAutomation } from './call-automation.ts';
import { loadOnce, type Load } from './cold.ts';
import { deliver } from './deliveries.ts';
import { BUNDLE, buildFunctions, startFunctionsProcess } from './functions-process.ts';

const DELIVERIES = 200;
const AT_ONCE = 10;
const LOADS = 10;
const QUICK = { deliveries: 20, loads: 2 };
/** The first calls compile code, open connections and make tables. */
const WARM_UP_DELIVERIES = 100;

/** From a call that rings to the request that answers it: warm, and what a cold start adds. */
export const answerPart: BenchPart = { name: 'answer', run };

async function run(options: BenchOptions): Promise<readonly Figure[]> {
  options.progress('bundling the functions');
  await buildFunctions();
  return [...(await cold(options)), ...(await warm(options))];
}

async function cold({ quick, progress, signal }: BenchOptions): Promise<readonly Figure[]> {
  const { size } = await stat(BUNDLE);
  const loads: Load[] = [];
  // The very first one reads the file from the disk, which a machine that is started for a call does as well: it counts like the others.
  progress("loading the functions' bundle");
  while (loads.length < (quick ? QUICK.loads : LOADS)) {
    loads.push(await loadOnce(signal));
  }
  const loadMs = loads.map((load) => load.loadMs);
  const sinceStartMs = loads.map(({ sinceProcessStartMs }) => sinceProcessStartMs);
  return [
    { name: "functions' bundle, size", unit: 'KiB', value: size / 1024, runs: [size / 1024] },
    {
      name: "functions' bundle, time to load",
      unit: 'ms',
      value: median(loadMs),
      runs: loadMs,
      target: { max: 300 },
      note: 'fresh processes, start of Node not counted',
    },
    {
      name: "functions' bundle, time to load and start of Node",
      unit: 'ms',
      value: median(sinceStartMs),
      runs: sinceStartMs,
    },
  ];
}

async function warm({ runs, quick, progress, signal }: BenchOptions): Promise<readonly Figure[]> {
  const callAutomation = await startCallAutomation();
  try {
    const functions = await startFunctionsProcess(callAutomation.url, signal);
    try {
      const { webhookUrl } = functions;
      const ring = (count: number, atOnce: number): Promise<number[]> =>
        deliver({ webhookUrl, callAutomation, count, atOnce, signal });
      const firstMs = await ring(1, 1);
      await ring(WARM_UP_DELIVERIES, 1);
      await ring(WARM_UP_DELIVERIES, AT_ONCE);
      const count = quick ? QUICK.deliveries : DELIVERIES;
      const oneByOne: number[][] = [];
      const atOnce: number[][] = [];
      for (let at = 1; at <= runs; at += 1) {
        progress(`answering ${count} calls one after another and ${count} ten at once, run ${at}`);
        oneByOne.push(await ring(count, 1));
        atOnce.push(await ring(count, AT_ONCE));
      }
      if (callAutomation.surplus > 0) throw new Error(`${callAutomation.surplus} calls were answered twice`);
      if (functions.complaints.size > 0) {
        throw new Error(`the functions complained: ${[...functions.complaints.keys()].join(', ')}`);
      }
      return [
        {
          name: 'answer, first call of a loaded app',
          unit: 'ms',
          value: median(firstMs),
          runs: firstMs,
          note: 'with the making of its table and queue',
        },
        ...figuresOf('one after another', oneByOne),
        ...figuresOf('ten at once', atOnce),
      ];
    } finally {
      await functions.stop();
    }
  } finally {
    await callAutomation.close();
  }
}

/** One list of times a run. */
function figuresOf(how: string, runsMs: readonly number[][]): readonly Figure[] {
  const at = (percent: number): Pick<Figure, 'unit' | 'value' | 'runs'> => {
    const runs = runsMs.map((tookMs) => percentile(tookMs, percent));
    return { unit: 'ms', value: median(runs), runs };
  };
  const note = `delivery of IncomingCall to answer request, ${runsMs[0]?.length ?? 0} calls a run`;
  return [
    { name: `answer, warm, calls ${how}, p50`, ...at(50), note },
    { name: `answer, warm, calls ${how}, p99`, ...at(99), note, target: { max: 50 } },
  ];
}
