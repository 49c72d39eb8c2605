import { FLITE_VOICES } from '../../../emulator/speech/engine/voices.ts';
import type { BenchOptions, BenchPart, Figure } from '../report/figure.ts';
import { median } from '../report/statistics.ts';
import { speaker, type Accuracy, type Condition, type Speaker } from './accuracy.ts';
import { PHRASES } from './phrases.ts';

const RATES = [0.01, 0.03, 0.1];
const PATTERNS = [
  { meanBurst: 1, name: 'one by one' },
  { meanBurst: 3, name: 'three in a row' },
] as const;
const REPAIRS = ['silence', 'concealment'] as const;
/** The rate at which concealment has to show what it is good for. */
const JUDGED_RATE = 0.1;

const NO_LOSS: Condition = { rate: 0, meanBurst: 1, repair: 'silence' };

/** How much the emulated recogniser understands when packets get lost, with the edge's loss concealment and without. No clock: the same on every machine. */
export const packetLossPart: BenchPart = { name: 'packet-loss', run };

interface Measured {
  readonly condition: Condition;
  readonly runs: readonly Accuracy[];
}

async function run(options: BenchOptions): Promise<readonly Figure[]> {
  const phrases = options.quick ? PHRASES.filter((_, index) => index % 3 === 0) : PHRASES;
  const speakers = FLITE_VOICES.slice(0, options.quick ? 1 : 2).map((voice) => speaker(voice, phrases));
  const lossless = await measure(NO_LOSS, speakers, options);
  const lossy: Measured[] = [];
  for (const rate of RATES) {
    for (const { meanBurst } of PATTERNS) {
      for (const repair of REPAIRS) lossy.push(await measure({ rate, meanBurst, repair }, speakers, options));
    }
  }
  const judged = (repair: Condition['repair']): readonly Accuracy[] =>
    pooled(lossy.filter(({ condition }) => condition.rate === JUDGED_RATE && condition.repair === repair));
  const [silenced, concealed] = [judged('silence'), judged('concealment')];
  return [
    accuracyFigure('phrases understood, no packet lost', lossless),
    ...lossy.map((measured) => accuracyFigure(nameOf(measured.condition), measured)),
    {
      name: 'phrases that concealment saves, 10 % lost',
      unit: '%',
      ...medianOf(concealed.map((accuracy, at) => shareOf(accuracy) - shareOf(silenced[at]))),
      // A few phrases show nothing.
      ...(options.quick ? {} : { target: { min: 0.1 } }),
      note: 'of all phrases; mean of both patterns of loss',
    },
    {
      name: 'confidence that concealment gives back, 10 % lost',
      unit: '%',
      ...medianOf(concealed.map((accuracy, at) => regained(accuracy, silenced[at], lossless.runs[at]))),
      target: { min: 25 },
      note: 'of what silence in place of the lost packets costs',
    },
  ];
}

async function measure(condition: Condition, speakers: readonly Speaker[], options: BenchOptions): Promise<Measured> {
  options.progress(nameOf(condition));
  const runs: Accuracy[] = [];
  for (let seed = 1; seed <= options.runs; seed += 1) {
    const accuracies: Accuracy[] = [];
    for (const one of speakers) {
      accuracies.push(one.speak(condition, seed));
      // Seconds of arithmetic: others want the event loop, and a Ctrl-C wants to be heard.
      await new Promise((resolve) => setImmediate(resolve));
      options.signal.throwIfAborted();
    }
    runs.push(together(accuracies));
  }
  return { condition, runs };
}

function nameOf({ rate, meanBurst, repair }: Condition): string {
  if (rate === 0) return 'phrases understood, no packet lost';
  const pattern = PATTERNS.find((one) => one.meanBurst === meanBurst)?.name ?? '';
  return `phrases understood, ${rate * 100} % lost ${pattern}, ${repair === 'silence' ? 'silence instead' : 'concealed'}`;
}

function accuracyFigure(name: string, { runs }: Measured): Figure {
  const confidence = runs.reduce((sum, { meanConfidence }) => sum + meanConfidence, 0) / runs.length;
  const spoken = runs[0]?.spoken ?? 0;
  return {
    name,
    unit: '%',
    ...medianOf(runs.map(shareOf)),
    note: `${spoken} phrases a run, noisy line; mean confidence ${confidence.toFixed(2)}`,
  };
}

function medianOf(runs: readonly number[]): Pick<Figure, 'value' | 'runs'> {
  return { value: median(runs), runs };
}

/** Percent. */
function shareOf(accuracy: Accuracy | undefined): number {
  return accuracy === undefined ? Number.NaN : (100 * accuracy.recognised) / accuracy.spoken;
}

/** Percent of the confidence lost to silence that is there again. */
export function regained(concealed: Accuracy, silenced: Accuracy | undefined, lossless: Accuracy | undefined): number {
  if (silenced === undefined || lossless === undefined) return Number.NaN;
  const lost = lossless.meanConfidence - silenced.meanConfidence;
  return (100 * (concealed.meanConfidence - silenced.meanConfidence)) / lost;
}

/** Run by run, what was measured under several conditions as if under one. */
function pooled(measured: readonly Measured[]): readonly Accuracy[] {
  const [first] = measured;
  return (first?.runs ?? []).map((_, at) => together(measured.flatMap(({ runs }) => runs[at] ?? [])));
}

export function together(accuracies: readonly Accuracy[]): Accuracy {
  const spoken = accuracies.reduce((sum, accuracy) => sum + accuracy.spoken, 0);
  return {
    spoken,
    recognised: accuracies.reduce((sum, { recognised }) => sum + recognised, 0),
    meanConfidence: accuracies.reduce((sum, one) => sum + one.meanConfidence * one.spoken, 0) / spoken,
  };
}
