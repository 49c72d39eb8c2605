import type { Part, StoryEvent } from './event.ts';
import type { StoryLine } from './storyteller.ts';

export interface RenderOptions {
  /** ANSI colours; for a terminal only. */
  readonly colour: boolean;
  /** Says which call a line belongs to: wanted when there are several. */
  readonly callNumbers: boolean;
}

const names: Readonly<Record<Part, string>> = {
  caller: 'caller',
  sbc: 'SBC',
  edge: 'SIP edge',
  functions: 'functions',
  bridge: 'bridge',
  speech: 'speech',
  model: 'model',
  queue: 'queue',
};

/** `functions → SIP edge`, the longest. */
const PARTS_WIDTH = 20;
const TIME_WIDTH = 9;
const ANSI: Readonly<Record<StoryEvent['kind'], string>> = {
  sip: '\u001b[36m',
  event: '\u001b[34m',
  said: '\u001b[1m',
  step: '\u001b[2m',
  trouble: '\u001b[31m',
};
const ANSI_END = '\u001b[0m';

/** Time since the call began, who with whom, what; details below, under what they belong to. No line break at the end. */
export function renderStoryLine(line: StoryLine, { colour, callNumbers }: RenderOptions): string {
  const time = `${(line.sinceStartMs / 1_000).toFixed(3)} s`.padStart(TIME_WIDTH);
  const parts = line.from === line.to ? names[line.from] : `${names[line.from]} → ${names[line.to]}`;
  const call = callNumbers ? `#${line.call} `.padStart(4) : '';
  const indent = ' '.repeat(call.length + TIME_WIDTH + PARTS_WIDTH + 4);
  const text = colour ? `${ANSI[line.kind]}${line.text}${ANSI_END}` : line.text;
  const details = line.details.map((detail) => `\n${indent}  ${detail}`).join('');
  return `${call}${time}  ${parts.padEnd(PARTS_WIDTH)}  ${text}${details}`;
}
