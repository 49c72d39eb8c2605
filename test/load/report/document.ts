import { readFile, writeFile } from 'node:fs/promises';
import type { Figure } from './figure.ts';
import { machineLine, type Machine } from './machine.ts';
import { tableOf } from './table.ts';

const BEGIN = '<!-- bench: begin -->';
const END = '<!-- bench: end -->';

export interface Results {
  /** ISO 8601. */
  readonly measuredAt: string;
  readonly command: string;
  readonly machine: Machine;
  readonly parts: readonly { readonly name: string; readonly figures: readonly Figure[] }[];
}

/** Replaces what stands between the two marks of the document. Throws when there are none. */
export async function writeDocument(file: string, { measuredAt, command, machine, parts }: Results): Promise<void> {
  const text = await readFile(file, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`${file} has no ${BEGIN} and ${END}`);
  const block = [
    BEGIN,
    `Measured ${measuredAt.slice(0, 10)} with \`${command}\` on ${machineLine(machine)}.`,
    ...parts.flatMap(({ name, figures }) => [`### ${name}`, tableOf(figures)]),
  ].join('\n\n');
  await writeFile(file, `${text.slice(0, begin)}${block}\n\n${text.slice(end)}`);
}
