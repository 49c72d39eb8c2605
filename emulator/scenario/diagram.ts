import { backstageArrow } from './diagram-backstage.ts';
import type { CallResult } from './result.ts';
import type { LogLine } from './surroundings.ts';

/** Who takes part, in the order of the columns. */
const PARTICIPANTS = {
  caller: 'Caller, IVR',
  sbc: 'SBC',
  edge: 'SIP edge',
  functions: 'Functions',
  bridge: 'Media bridge',
  speech: 'Speech',
  model: 'OpenAI',
  queue: 'Queue of people',
} as const;

type Participant = keyof typeof PARTICIPANTS;

export interface Arrow {
  readonly from: Participant;
  /** The same as `from` for a note. */
  readonly to: Participant;
  readonly kind: 'request' | 'response' | 'refused';
  readonly text: string;
}

interface TimedArrow extends Arrow {
  /** Milliseconds from the first INVITE. */
  readonly atMs: number;
}

const TEXT_MAX_CHARS = 90;

/** A Mermaid sequence diagram of one call: SIP as the enterprise saw it, what was said, and what the log tells of the rest. */
export function sequenceDiagram(
  call: CallResult,
  backstage: readonly { readonly line: LogLine; readonly atMs: number }[],
): string {
  const arrows: TimedArrow[] = [
    ...call.sip.flatMap((message) => sipArrow(message, call.sipCallId)),
    ...call.turns.map(turnArrow),
    ...backstage.flatMap(({ line, atMs }) => {
      const arrow = backstageArrow(line);
      // The log tells of a message when it was answered; it is drawn where it set out.
      const durationMs = typeof line['durationMs'] === 'number' ? line['durationMs'] : 0;
      return arrow === undefined ? [] : [{ ...arrow, atMs: Math.max(0, atMs - durationMs) }];
    }),
  ];
  arrows.sort((one, other) => one.atMs - other.atMs);
  const present = new Set(arrows.flatMap(({ from, to }) => [from, to]));
  return [
    'sequenceDiagram',
    ...Object.entries(PARTICIPANTS)
      .filter(([name]) => present.has(name as Participant))
      .map(([name, title]) => `  participant ${name} as ${title}`),
    ...arrows.map((arrow) => `  ${drawn(arrow)}`),
    '',
  ].join('\n');
}

function drawn({ from, to, kind, text, atMs }: TimedArrow): string {
  const label = `${plain(text)} [${(atMs / 1_000).toFixed(2)} s]`;
  if (from === to) return `Note over ${from}: ${label}`;
  const line = { request: '->>', response: '-->>', refused: '-x' }[kind];
  return `${from}${line}${to}: ${label}`;
}

/** Messages between the SBC and its own phones are traced at both ends: the SBC's view is enough. */
function sipArrow(
  { atMs, direction, endpoint, startLine, cseq, callId }: CallResult['sip'][number],
  sipCallId: string,
): TimedArrow[] {
  if (endpoint !== 'sbc') return [];
  const status = /^SIP\/2\.0 (\d{3} .*)$/.exec(startLine)?.[1];
  const text = status === undefined ? (startLine.split(' ', 1)[0] ?? '') : `${status} (${cseq.split(' ')[1] ?? ''})`;
  const other = callId === sipCallId ? 'edge' : 'queue';
  const [from, to] = direction === 'out' ? (['sbc', other] as const) : ([other, 'sbc'] as const);
  return [{ atMs, from, to, kind: status === undefined ? 'request' : 'response', text }];
}

function turnArrow(turn: CallResult['turns'][number]): TimedArrow {
  const { atMs, text } = turn;
  switch (turn.by) {
    case 'caller':
      return { atMs, from: 'caller', to: 'bridge', kind: 'request', text: `"${text}"` };
    case 'keypad':
      return { atMs, from: 'caller', to: 'bridge', kind: 'request', text: `keys ${text}` };
    case 'agent': {
      const cut = turn.interrupted ? ' (interrupted)' : '';
      return { atMs, from: 'bridge', to: 'caller', kind: 'request', text: `"${text}"${cut}` };
    }
    case 'recogniser':
      return { atMs, from: 'speech', to: 'bridge', kind: 'response', text: `understood "${text}"` };
    default:
      return turn satisfies never;
  }
}

/** Mermaid ends a statement at `;` and at a line break, begins a comment at `%%` and an entity at `#`, and reads some HTML. */
function plain(text: string): string {
  const safe = text
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll(/[;#]/g, ',')
    .replaceAll('%%', '% %')
    .replaceAll('<', '‹')
    .replaceAll('>', '›');
  return safe.length > TEXT_MAX_CHARS ? `${safe.slice(0, TEXT_MAX_CHARS)}…` : safe;
}
