import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { rootFolder } from '../../../emulator/stack/config.ts';
import type { Scenario } from '../../../emulator/scenario/schema.ts';
import type { FaultRow, QueueDoes } from '../rows/row.ts';
import { GREETING, GREETING_BY_NAME, SHORT_TEXTS, TOOL_FAILED } from './words.ts';

/** Numbers of one row: nobody else calls from, to or with them. */
export interface RowNumbers {
  readonly caller: string;
  readonly called: string;
  readonly queues: readonly [string, string];
}

export function numbersOf(index: number): RowNumbers {
  const digits = String(index).padStart(3, '0');
  return {
    caller: `+14255551${digits}`,
    called: `+18005551${digits}`,
    queues: [`+18005552${digits}`, `+18005553${digits}`],
  };
}

/** What asks these names no call: the agent does, in its instructions and in its tool's URL. */
function isKnownByItsAgent({ breaks }: FaultRow): boolean {
  return breaks.some((one) => 'on' in one && (one.on === 'bridge>model' || one.on === 'bridge>tool'));
}

interface NumberedRow {
  readonly row: FaultRow;
  readonly numbers: RowNumbers;
}

/** Agents for all rows, beside the product's language packs. Rows that want the same share one, and its queues: a bridge reads all of them each time it starts. */
export async function writeAgents(folder: string, rows: readonly NumberedRow[], toolUrl: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await cp(path.join(rootFolder, 'agents/languages'), path.join(folder, 'languages'), { recursive: true });
  const alike = Map.groupBy(rows, ({ row }) =>
    JSON.stringify([row.queues, row.greetsByName, row.onFailure, row.perCall && isKnownByItsAgent(row) && row.name]),
  );
  await Promise.all(
    [...alike.values()].map(async (sharing) => {
      const [first] = sharing;
      if (first === undefined) return;
      await writeFile(path.join(folder, `${first.row.name}.yaml`), stringify(agent(first, sharing, toolUrl)));
    }),
  );
  await writeFile(
    path.join(folder, 'standard.yaml'),
    stringify({ ...common(toolUrl), name: 'standard', queues: queues(numbersOf(0)) }),
  );
}

/** Who sits in the queues of the rows. */
export function staff(rows: readonly NumberedRow[]): Scenario['queues'] {
  return Object.fromEntries(
    rows.flatMap(({ row, numbers }) => {
      const [first, second] = row.queues ?? ['answers', 'answers'];
      return [
        [numbers.queues[0], behaviour(first)],
        [numbers.queues[1], behaviour(second)],
      ];
    }),
  );
}

function behaviour(does: QueueDoes): Scenario['queues'][string] {
  if (does === 'answers') return { answer: { after: 300 } };
  if (does === 'rings') return { ring: { sbc_gives_up_after: 4_000 } };
  return { refuse: { status: does.refuses, after: 300 } };
}

function agent({ row, numbers }: NumberedRow, sharing: readonly NumberedRow[], toolUrl: string): object {
  return {
    ...common(`${toolUrl}/${row.name}`),
    instructions: `You answer the phone for a bank. Speak plainly. This line is ${row.name}.`,
    name: row.name.slice(0, 40),
    languages: [language(row.greetsByName === true ? GREETING_BY_NAME : GREETING)],
    answers: { numbers: sharing.map(({ numbers: { called } }) => called) },
    queues: queues(numbers),
    handover: { confirm: false, fallback: ['first', 'second'], onFailure: row.onFailure ?? 'disconnect' },
  };
}

function queues({ queues: [first, second] }: RowNumbers): object {
  return [
    { name: 'first', target: first },
    { name: 'second', target: second },
  ];
}

function language(greeting: string): object {
  const voice = 'en-US-AvaMultilingualNeural';
  return { language: 'en-US', voice, greeting, greetingUnknown: GREETING, texts: SHORT_TEXTS };
}

function common(toolUrl: string): object {
  return {
    languages: [language(GREETING)],
    instructions: 'You answer the phone for a bank. Speak plainly.',
    keypad: { toPerson: '0' },
    tools: [
      {
        name: 'parcel_status',
        description: 'Says where the parcel of the caller is.',
        url: `${toolUrl}/parcel`,
        timeoutMs: 3_000,
        onFailure: TOOL_FAILED,
      },
    ],
  };
}
