import { format, resolveConfig } from 'prettier';
import { MOMENTS, type End, type FaultRow, type RowGroup } from '../rows/row.ts';

/** Where the document stands, from the root of the repository. */
export const DOCUMENT = 'docs/failures.md';

const ENDS: Readonly<Record<End, string>> = {
  conversation: 'in the conversation',
  person: 'with a person',
  goodbye: 'with a goodbye',
  'caller-left': 'as the caller wanted',
};

const INTRODUCTION = `
# What happens when something fails

Whatever breaks, the caller ends in the conversation, with a person, or with a truthful goodbye. Each row below is a call that \`npm run test:faults\`
places through the whole local stack while that one thing is broken: the command prints the same rows with what it measured, and ends with status 1 when one of
them does not hold. This page is written from the rows (\`test/faults/rows\`): \`npm run test:faults -- --write-doc\`.

The time runs from the moment the fault is first felt to the agent's voice, the person's answer or the first word of the goodbye, with the product's own settings and
agents that announce a person in a few words (\`test/faults/world/words.ts\`): each second more of those is a second more here. A row also says no
if the fault was never felt, if the conversation does not answer the caller's next question, if the person does not hear the caller, if the call row is not final
afterwards, or if a bridge, the edge or a recogniser still holds something of the call.
`;

const CLOSING = `
## Outside of this

- **Nothing of ours runs, or the front refuses the answer and the redirect**: the call rings on, and ends with the front's own refusal after half a minute. The SBC has to
  have another route.
- **No functions run when a call comes in**: Event Grid delivers it again ten seconds later, and the phone rings so much longer.
- **An early BYE, and then the queue refuses**: the front has left by then. Only the SBC still has the caller.
- **The functions' clock is more than 90 s ahead of the front's**: every offer seems older than a phone rings and is dropped (\`too-old\`, \`core/admission/admit.ts\`; the log says
  "call dropped" with its age). Nobody is answered or redirected; each call rings on and ends with the front's own refusal. One that is behind: see "Clocks" above.
- **The media socket dies without a close while a transfer is under way, and nobody takes the call**: the bridge waits for no frame then, nor after it until one comes
  (\`media-bridge/session/frame-gap.ts\`). The caller hears nothing; the call is found only by its silence, after the agent's last reprompt (\`silence\` in its file).
`;

/** docs/failures.md, as it has to be. */
export async function failuresDocument(groups: readonly RowGroup[]): Promise<string> {
  const sections = groups.map(({ title, rows }) =>
    [
      `## ${title}`,
      '',
      '| what fails | when | how it is noticed | what the caller hears | the call ends | within |',
      '| --- | --- | --- | --- | --- | --- |',
      ...rows.map((row) => `| ${cellsOf(row).map(escaped).join(' | ')} |`),
    ].join('\n'),
  );
  const text = [INTRODUCTION.trim(), ...sections, CLOSING.trim()].join('\n\n');
  return format(text, { ...(await resolveConfig(DOCUMENT)), parser: 'markdown' });
}

function cellsOf(row: FaultRow): readonly string[] {
  return [
    `${row.dependency}: ${row.fault}`,
    MOMENTS[row.at],
    row.noticed,
    row.hears,
    row.orEnds === undefined ? ENDS[row.ends] : `${ENDS[row.ends]}, or ${ENDS[row.orEnds]}`,
    `${row.withinS} s`,
  ];
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|');
}
