import { styleText } from 'node:util';
import type { StoryLine } from './story.ts';

export interface PrintOptions {
  /** Characters a line of the terminal has. */
  readonly width: number;
  readonly colour: boolean;
  /** Tells the calls apart, where there are several at once. */
  readonly numbered: boolean;
}

type Style = Parameters<typeof styleText>[0];

const TIME_WIDTH = 8;
const PLACE_WIDTH = 10;
const NARROWEST_TEXT = 30;

const tones: Readonly<Record<NonNullable<StoryLine['tone']>, Style>> = { spoken: 'bold', quiet: 'dim', problem: 'red' };
const places: Readonly<Partial<Record<StoryLine['place'], Style>>> = {
  sip: 'cyan',
  caller: 'green',
  agent: 'magenta',
  transfer: 'yellow',
  person: 'yellow',
};

/** Time since the call began, in seconds; where; what. Long texts and details continue under the text. */
export function printLine(line: StoryLine, { width, colour, numbered }: PrintOptions): string {
  const paint = (style: Style | undefined, shown: string): string =>
    colour && style !== undefined ? styleText(style, shown, { validateStream: false }) : shown;
  const time = (line.atMs / 1_000).toFixed(3).padStart(TIME_WIDTH);
  const call = numbered ? `#${line.call}`.padEnd(5) : '';
  const indent = TIME_WIDTH + 2 + call.length + PLACE_WIDTH + 2;
  const room = Math.max(NARROWEST_TEXT, width - indent);
  const style = line.tone === undefined ? undefined : tones[line.tone];
  const [first = '', ...others] = [
    ...wrap(line.text, room).map((piece) => paint(style, piece)),
    ...(line.details ?? []).flatMap((detail) =>
      wrapDetail(detail, room - 2).map((piece) => paint('dim', `  ${piece}`)),
    ),
  ];
  const place = paint(places[line.place], line.place.padEnd(PLACE_WIDTH));
  return [
    `${paint('dim', time)}  ${call}${place}  ${first}`,
    ...others.map((other) => ' '.repeat(indent) + other),
  ].join('\n');
}

/** `name  value` continues under the value. */
function wrapDetail(detail: string, room: number): string[] {
  const column = /^\S+ {2,}/.exec(detail)?.[0].length ?? 0;
  if (column === 0 || room - column < NARROWEST_TEXT) return wrap(detail, room);
  const [first = '', ...others] = wrap(detail.slice(column), room - column);
  return [detail.slice(0, column) + first, ...others.map((other) => ' '.repeat(column) + other)];
}

/** At spaces; a word longer than the room is cut. */
function wrap(text: string, room: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > room) {
    const space = rest.lastIndexOf(' ', room);
    const end = space > 0 ? space : room;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}
