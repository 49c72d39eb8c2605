import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { yieldHelperThreads } from '../../media-bridge/helper-threads.ts';
import { answerPart } from './answer/answer.ts';
import { ROOT } from './bridge/bridge-process.ts';
import { capacityPart } from './bridge/capacity-part.ts';
import { lineSoundsPart } from './bridge/line-sounds-part.ts';
import { turnPart } from './bridge/turn-part.ts';
import { earPart } from './ear/ear-part.ts';
import { leaksPart } from './leaks/leaks.ts';
import { packetLossPart } from './packet-loss/packet-loss.ts';
import { commandOf, readArguments, type BenchArguments } from './report/arguments.ts';
import { writeDocument, type Results } from './report/document.ts';
import type { BenchPart } from './report/figure.ts';
import { machineLine, thisMachine } from './report/machine.ts';
import { tableOf, verdictOf } from './report/table.ts';

/** `npm run bench -- [--runs N] [--calls N] [--only PART,...] [--json FILE] [--quick] [--write-doc]`. Exit status 1: a target was missed, or a part could not measure. */
const PARTS: readonly BenchPart[] = [
  turnPart,
  lineSoundsPart,
  capacityPart,
  answerPart,
  earPart,
  leaksPart,
  packetLossPart,
];
const DOCUMENT = path.join(ROOT, 'docs/benchmarks.md');

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(new Error(`ended by ${name}`)));

function progress(line: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
}

function argumentsOrEnd(): BenchArguments {
  try {
    return readArguments(
      process.argv.slice(2),
      PARTS.map(({ name }) => name),
    );
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
}

// What collects this process's garbage would make its own frames late.
yieldHelperThreads();
const given = argumentsOrEnd();
const machine = thisMachine();
progress(machineLine(machine));
const measured: Results['parts'][number][] = [];
const broken: string[] = [];
for (const part of PARTS) {
  if (given.only.length > 0 && !given.only.includes(part.name)) continue;
  if (stop.signal.aborted) break;
  try {
    measured.push({ name: part.name, figures: await part.run({ ...given, progress, signal: stop.signal }) });
  } catch (error) {
    broken.push(part.name);
    progress(
      `${part.name} could not measure: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
}

const results: Results = { measuredAt: new Date().toISOString(), command: commandOf(given), machine, parts: measured };
for (const { name, figures } of measured) console.log(`\n${name}\n\n${tableOf(figures)}`);
if (given.jsonFile !== undefined) await writeFile(given.jsonFile, `${JSON.stringify(results, null, 2)}\n`);
if (given.writesDocument && broken.length === 0) await writeDocument(DOCUMENT, results);
const missed = measured.flatMap(({ figures }) => figures.filter((figure) => verdictOf(figure) === 'FAIL'));
if (missed.length > 0) console.log(`\nmissed: ${missed.map(({ name }) => name).join('; ')}`);
if (missed.length > 0 || broken.length > 0 || stop.signal.aborted) process.exitCode = 1;
