import type { CallResult } from './result.ts';

interface Arrow {
  readonly atMs: number;
  readonly line: string;
}

const TEXT_MAX_CHARS = 90;

/** A Mermaid sequence diagram of one call: SIP as the enterprise saw it, and what was said. */
export function sequenceDiagram(call: CallResult): string {
  const arrows = [...call.sip.flatMap((message) => sipArrow(message)), ...call.turns.map(turnArrow)];
  arrows.sort((one, other) => one.atMs - other.atMs);
  return [
    'sequenceDiagram',
    '  participant C as caller',
    '  participant S as SBC',
    '  participant E as edge and agent',
    '  participant Q as queue of people',
    ...arrows.map(({ line, atMs }) => `  ${line} [${(atMs / 1_000).toFixed(2)} s]`),
    '',
  ].join('\n');
}

function sipArrow({ atMs, direction, endpoint, startLine, cseq }: CallResult['sip'][number]): Arrow[] {
  // Messages between the SBC and its own phones are traced at both ends: the SBC's view is enough.
  if (endpoint !== 'sbc') return [];
  const status = /^SIP\/2\.0 (\d{3} .*)$/.exec(startLine)?.[1];
  const label = status === undefined ? startLine.split(' ', 1)[0] : `${status} (${cseq.split(' ')[1] ?? ''})`;
  const arrow = status === undefined ? '->>' : '-->>';
  const [from, to] = direction === 'out' ? ['S', 'E'] : ['E', 'S'];
  return [{ atMs, line: `${from}${arrow}${to}: ${plain(label ?? '')}` }];
}

function turnArrow(turn: CallResult['turns'][number]): Arrow {
  const text = plain(turn.text);
  switch (turn.by) {
    case 'caller':
      return { atMs: turn.atMs, line: `C->>E: "${text}"` };
    case 'keypad':
      return { atMs: turn.atMs, line: `C->>E: keys ${text}` };
    case 'agent':
      return { atMs: turn.atMs, line: `E->>C: "${text}"${turn.interrupted ? ' (interrupted)' : ''}` };
    case 'recogniser':
      return { atMs: turn.atMs, line: `Note over E: understood "${text}"` };
    default:
      return turn satisfies never;
  }
}

/** Mermaid takes `;` and `#` for its own, and a line break for the end of the arrow. */
function plain(text: string): string {
  const oneLine = text.replaceAll(/[\r\n]+/g, ' ').replaceAll(/[;#]/g, ',');
  return oneLine.length > TEXT_MAX_CHARS ? `${oneLine.slice(0, TEXT_MAX_CHARS)}…` : oneLine;
}
