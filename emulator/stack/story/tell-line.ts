import type { LogLine } from '../../scenario/surroundings.ts';
import { number, text, valueOf } from './fields.ts';
import { headerNames, inboundHeaders, outboundHeaders } from './headers.ts';

/** Where on the way of a call something happened; the second column of the printed story. */
export type Place =
  | 'sip'
  | 'event grid'
  | 'functions'
  | 'rest'
  | 'callback'
  | 'media'
  | 'caller'
  | 'agent'
  | 'transfer'
  | 'person'
  | 'edge';

export interface Told {
  readonly place: Place;
  readonly text: string;
  /** Below the text, indented. */
  readonly details?: readonly string[];
  readonly tone?: 'spoken' | 'quiet' | 'problem';
}

/** pino's number for "warn". */
const WARN = 40;
/** Of what an interrupted caller has heard. */
const HEARD_END_CHARS = 40;

/** By message: messages are constant texts, so each names one kind of happening. */
const tellers: Readonly<Record<string, (line: LogLine) => Told>> = {
  'sip message': sipMessage,
  'event delivered': (line) => ({
    place: 'event grid',
    text: sentence(shortType(line), answered(line)),
  }),
  'call offered': (line) => ({
    place: 'functions',
    text: `offered a call from ${callerOf(line)} to ${text(line, 'to')}`,
    details: inboundHeaders(line['headers']),
  }),
  'call moved': (line) => ({
    place: 'functions',
    text: `${text(line, 'fromPhase')} → ${text(line, 'toPhase')} (${text(line, 'event')})`,
    tone: 'quiet',
  }),
  'call automation request': (line) => ({
    place: 'rest',
    text: sentence(text(line, 'operation').replace(/^Call[A-Za-z]*_/, ''), answered(line)),
    ...problemIf((number(line, 'status') ?? 0) >= 400),
  }),
  'callback delivered': (line) => ({ place: 'callback', text: shortType(line), tone: 'quiet' }),
  'media connected': () => ({ place: 'media', text: 'connected to the bridge', tone: 'quiet' }),
  'media streaming': (line) => ({ place: 'media', text: `streaming ${text(line, 'state')}`, tone: 'quiet' }),
  'media closed': (line) => ({ place: 'media', text: `closed (${text(line, 'reason')})`, tone: 'quiet' }),
  'agent speaking': (line) => ({ place: 'agent', text: `“${text(line, 'text')}”`, tone: 'spoken' }),
  'agent said': agentSaid,
  'caller said': (line) => ({
    place: 'caller',
    text: sentence(`“${text(line, 'text')}”`, confidence(line)),
    tone: 'spoken',
  }),
  'key pressed': (line) => ({ place: 'caller', text: `presses ${text(line, 'key')}`, tone: 'spoken' }),
  interruption: (line) => ({
    place: 'caller',
    text: `interrupts; the agent is silent ${number(line, 'stopAudioMs') ?? '?'} ms later`,
  }),
  'tool called': (line) => ({ place: 'agent', text: `calls ${text(line, 'name')}` }),
  'transfer requested': (line) => ({
    place: 'transfer',
    text: `to ${text(line, 'queue')}, ${text(line, 'target')}`,
    details: outboundHeaders(line['headers']),
  }),
  'transfer outcome': transferOutcome,
  'queues chosen': queuesChosen,
  'call-back recorded': (line) => ({
    place: 'transfer',
    text: `none: ${text(line, 'queue')} will call back (recorded)`,
  }),
  'queue phone': queuePhone,
  'call ended': callEnded,
};

/** Nothing for a line that is no part of a call's story. What is a warning or worse, is told whatever it says. */
export function tellLine(line: LogLine): Told | undefined {
  const message = text(line, 'msg');
  if (Object.hasOwn(tellers, message)) return tellers[message]?.(line);
  return (number(line, 'level') ?? 0) >= WARN ? problem(line, message) : undefined;
}

function sipMessage(line: LogLine): Told {
  const startLine = text(line, 'startLine');
  const arrow = line['direction'] === 'in' ? '→' : '←';
  const status = /^SIP\/2\.0 (.*)$/.exec(startLine)?.[1];
  if (status === undefined) return { place: 'sip', text: `${arrow} ${startLine.replace(/ SIP\/2\.0$/, '')}` };
  const method = text(line, 'cseq').split(' ')[1] ?? '';
  return { place: 'sip', text: `${arrow} ${status}${method === 'INVITE' ? '' : ` (${method})`}` };
}

/** Each clause was told when it began: what is new at the end is whether all of it was heard, and how long the caller had waited. */
function agentSaid(line: LogLine): Told {
  const waited = latency(line['latency']);
  if (line['interrupted'] !== true) {
    return { place: 'agent', text: sentence('has spoken', waited), tone: 'quiet' };
  }
  const heard = text(line, 'text');
  const end = heard.length > HEARD_END_CHARS ? `… ${heard.slice(-HEARD_END_CHARS).replace(/^\S* /, '')}` : heard;
  return { place: 'agent', text: sentence(`is interrupted after “${end}”`, waited) };
}

/** Only what keeps a caller from being connected at once is news. */
function queuesChosen(line: LogLine): Told {
  const minutes = number(line, 'waitMinutes');
  if (text(line, 'line') === 'closed') return { place: 'transfer', text: 'nobody is there' };
  return minutes === undefined
    ? { place: 'transfer', text: 'people are there', tone: 'quiet' }
    : { place: 'transfer', text: `people are there; the wait is ${minutes} min` };
}

function latency(value: unknown): string {
  const stages = [
    ['end of turn', number(value, 'endOfTurnMs')],
    ['first token', number(value, 'firstTokenMs')],
    ['first audio', number(value, 'firstAudioMs')],
  ] as const;
  const known = stages.flatMap(([stage, ms]) => (ms === undefined ? [] : [`${stage} ${ms}`])).join(' + ');
  const totalMs = number(value, 'totalMs');
  if (totalMs === undefined) return known === '' ? '' : `${known} ms`;
  return `answered after ${totalMs} ms${known === '' ? '' : ` = ${known}`}`;
}

function transferOutcome(line: LogLine): Told {
  const code = number(line, 'code');
  const subCode = number(line, 'subCode');
  const codes = code === undefined ? '' : `${code}${subCode === undefined ? '' : `, sub-code ${subCode}`}`;
  const result = text(line, 'result');
  return { place: 'transfer', text: sentence(result, codes), ...problemIf(result === 'failed') };
}

function queuePhone(line: LogLine): Told {
  const queue = text(line, 'queue');
  const status = number(line, 'status');
  switch (line['state']) {
    case 'ringing': {
      const names = headerNames(line['headers']);
      return {
        place: 'person',
        text: `${queue} rings`,
        details: names.length === 0 ? [] : [`on the screen: ${names.join(', ')}`],
      };
    }
    case 'answered':
      return { place: 'person', text: `${queue} answers` };
    case 'refused':
      return { place: 'person', text: sentence(`${queue} refuses`, String(status ?? '')), tone: 'problem' };
    default:
      return { place: 'person', text: `${queue} is gone`, tone: 'quiet' };
  }
}

function callEnded(line: LogLine): Told {
  if (line['component'] === 'edge') return { place: 'edge', text: `call ended by ${text(line, 'by')}`, tone: 'quiet' };
  const outcome = valueOf(line, 'outcome');
  const kind = text(outcome, 'kind') || text(line, 'outcome');
  const target = text(outcome, 'target');
  return { place: 'functions', text: `ended: ${kind}${target === '' ? '' : `, ${target}`}` };
}

const componentPlaces: Readonly<Record<string, Place>> = {
  bridge: 'agent',
  functions: 'functions',
  'functions-host': 'functions',
};

function problem(line: LogLine, message: string): Told {
  const reason = text(line, 'reason') || text(line, 'problem') || text(line, 'why') || text(line['err'], 'message');
  const status = number(line, 'status');
  const known = status === undefined ? reason : `${status}${reason === '' ? '' : `, ${reason}`}`;
  return {
    place: componentPlaces[text(line, 'component')] ?? 'edge',
    text: sentence(message, known),
    tone: 'problem',
  };
}

function callerOf(line: LogLine): string {
  const from = line['from'];
  return text(from, 'number') || text(from, 'kind') || text(line, 'from') || 'somebody';
}

function shortType(line: LogLine): string {
  return text(line, 'eventType').split('.').at(-1) ?? '';
}

function answered(line: LogLine): string {
  const durationMs = number(line, 'durationMs');
  return `${number(line, 'status') ?? 'no answer'}${durationMs === undefined ? '' : ` in ${durationMs} ms`}`;
}

function confidence(line: LogLine): string {
  const value = number(line, 'confidence');
  return value === undefined ? '' : `confidence ${value.toFixed(2)}`;
}

function sentence(what: string, more: string): string {
  return more === '' ? what : `${what} (${more})`;
}

function problemIf(isProblem: boolean): { readonly tone?: 'problem' } {
  return isProblem ? { tone: 'problem' } : {};
}
