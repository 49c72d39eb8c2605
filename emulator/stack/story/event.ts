import { decodeHeader } from '../../enterprise/sip/headers.ts';
import type { LogLine } from '../../scenario/surroundings.ts';

/** Who takes part in a call, as its story and its diagram name them. */
export type Part = 'caller' | 'sbc' | 'edge' | 'functions' | 'bridge' | 'speech' | 'model' | 'queue';

/** What one log line has to say about one call. */
export interface StoryEvent {
  /** Epoch. */
  readonly atMs: number;
  /** Whatever the line knows of the call; the story joins them. */
  readonly ids: {
    readonly callId: string | undefined;
    readonly correlationId: string | undefined;
    readonly sipCallId: string | undefined;
  };
  readonly from: Part;
  /** The same as `from` for what happens inside one part. */
  readonly to: Part;
  readonly kind: 'sip' | 'event' | 'said' | 'step' | 'trouble';
  /** One line, free of control characters. */
  readonly text: string;
  /** Below the line: headers, latencies. */
  readonly details: readonly string[];
}

type Told = Pick<StoryEvent, 'from' | 'to' | 'kind' | 'text'> & { readonly details?: readonly string[] };

const TEXT_MAX_CHARS = 300;
/** pino's number for "warn". */
const WARN = 40;

/** Messages are constant texts, so each stands for one kind of event. What is not here is no part of the story. */
const tellers: Readonly<Record<string, (line: LogLine) => Told>> = {
  'sip message': (line) => {
    const startLine = text(line, 'startLine');
    const status = /^SIP\/2\.0 (.*)$/.exec(startLine)?.[1];
    const method = text(line, 'cseq').split(' ')[1] ?? '';
    const [from, to] = line['direction'] === 'in' ? (['sbc', 'edge'] as const) : (['edge', 'sbc'] as const);
    return { from, to, kind: 'sip', text: status === undefined ? startLine : `${status} (${method})` };
  },
  'event delivered': (line) => ({
    from: 'edge',
    to: 'functions',
    kind: 'event',
    text: `${shortType(line)} delivered${parenthesis(line['status'], ms(line, 'durationMs'))}`,
  }),
  'call automation request': (line) => {
    const operation = text(line, 'operation').replace(/^Call(?:Connection|Media|Recording)_/, '');
    const from = /^(Answer|Redirect|Reject)/.test(operation) ? 'functions' : 'bridge';
    return {
      from,
      to: 'edge',
      kind: number(line, 'status') >= 400 ? 'trouble' : 'event',
      text: `${operation}${parenthesis(line['status'], ms(line, 'durationMs'))}`,
    };
  },
  'callback delivered': (line) => ({
    from: 'edge',
    to: 'functions',
    kind: 'event',
    text: `${shortType(line)}${parenthesis(line['status'])}`,
  }),
  'media streaming': (line) => ({ from: 'edge', to: 'bridge', kind: 'event', text: `media ${text(line, 'state')}` }),
  'call offered': (line) => ({
    ...within('functions', `call from ${party(line['from'])} to ${party(line['to'])}`),
    details: headerLines(line['headers']),
  }),
  'call moved': (line) =>
    within('functions', `${text(line, 'fromPhase')} → ${text(line, 'toPhase')} (${text(line, 'event')})`),
  'call event ignored': (line) => within('functions', `ignored ${text(line, 'event')}`),
  'call ended': (line) =>
    line['component'] === 'edge'
      ? within('edge', `call ended by ${text(line, 'by')}`)
      : within('functions', `outcome: ${outcome(line['outcome'])}`),
  'media connected': () => ({ from: 'bridge', to: 'edge', kind: 'event', text: 'media socket accepted' }),
  'caller said': (line) => ({
    from: 'speech',
    to: 'bridge',
    kind: 'said',
    text: `caller: “${text(line, 'text')}”${parenthesis(confidence(line))}`,
  }),
  'agent speaking': (line) => ({ from: 'bridge', to: 'caller', kind: 'said', text: `agent: “${text(line, 'text')}”` }),
  'agent said': (line) => ({
    ...within(
      'bridge',
      line['interrupted'] === true ? `heard until “${text(line, 'text').slice(-60)}”` : 'all of it heard',
    ),
    details: latencyLines(line['latency']),
  }),
  interruption: (line) => ({
    from: 'bridge',
    to: 'edge',
    kind: 'event',
    text: `interrupted: StopAudio${parenthesis(ms(line, 'stopAudioMs'))}`,
  }),
  'key pressed': (line) => ({ from: 'caller', to: 'bridge', kind: 'said', text: `key ${text(line, 'key')}` }),
  'tool called': (line) => ({ from: 'model', to: 'bridge', kind: 'event', text: `tool ${text(line, 'name')}` }),
  'transfer requested': (line) => ({
    from: 'bridge',
    to: 'edge',
    kind: 'event',
    text: `transfer to ${text(line, 'queue')} ${text(line, 'target')}`.trim(),
    details: headerLines(line['headers']),
  }),
  'transfer outcome': (line) => ({
    ...within('bridge', `transfer ${text(line, 'result')}${parenthesis(line['code'], line['subCode'])}`),
    kind: /accept|succe/.test(text(line, 'result')) ? 'step' : 'trouble',
  }),
  'queue visit': (line) => ({
    from: 'sbc',
    to: 'queue',
    kind: 'sip',
    text: `${text(line, 'number')} ${text(line, 'state')}${parenthesis(line['status'])}`,
    details: headerLines(line['headers']),
  }),
  'media closed': (line) => within('bridge', `media closed: ${text(line, 'reason')}`),
};

/** Parts whose warnings and errors belong into the story of a call they name. */
const troubled: Readonly<Record<string, Part>> = {
  edge: 'edge',
  bridge: 'bridge',
  functions: 'functions',
  'functions-host': 'functions',
  speech: 'speech',
  openai: 'model',
};

/** `undefined` for a line that has nothing to tell about a call. */
export function readStoryEvent(line: LogLine): StoryEvent | undefined {
  const message = line['msg'];
  const atMs = line['time'];
  if (typeof message !== 'string' || typeof atMs !== 'number') return undefined;
  const ids = {
    callId: id(line, 'callId'),
    correlationId: id(line, 'correlationId'),
    sipCallId: id(line, 'sipCallId'),
  };
  if (Object.values(ids).every((value) => value === undefined)) return undefined;
  const told = Object.hasOwn(tellers, message) ? tellers[message]?.(line) : trouble(line, message);
  return told && { atMs, ids, details: [], ...told, text: plain(told.text) };
}

function trouble(line: LogLine, message: string): Told | undefined {
  const component = text(line, 'component');
  const part = Object.hasOwn(troubled, component) ? troubled[component] : undefined;
  if (part === undefined || number(line, 'level') < WARN) return undefined;
  const error = line['err'];
  const reason = isRecord(error) && typeof error['message'] === 'string' ? error['message'] : text(line, 'reason');
  return { from: part, to: part, kind: 'trouble', text: reason === '' ? message : `${message}: ${reason}` };
}

function within(part: Part, what: string): Told {
  return { from: part, to: part, kind: 'step', text: what };
}

/** `Microsoft.Communication.CallConnected` is `CallConnected`. */
function shortType(line: LogLine): string {
  return text(line, 'eventType').split('.').at(-1) ?? '';
}

/**
 * Inbound headers are a record, which the functions have decoded; outbound ones a list as they go onto the wire; those at a queue's
 * phone a list that says both.
 */
function headerLines(headers: unknown): string[] {
  if (Array.isArray(headers)) return headers.flatMap(wireHeader);
  if (!isRecord(headers)) return [];
  const { userToUser, custom } = headers;
  if (Array.isArray(custom)) {
    return [...custom.flatMap(wireHeader), ...wireHeader({ name: 'User-to-User', value: userToUser })];
  }
  const named = isRecord(custom) ? Object.entries(custom) : [];
  return [...named, ['User-to-User', userToUser] as const].flatMap(([name, value]) =>
    typeof value === 'string' ? [plain(`${name}: ${value}`)] : [],
  );
}

function wireHeader(header: unknown): string[] {
  if (!isRecord(header)) return [];
  const { name, value, decoded } = header;
  if (typeof name !== 'string' || typeof value !== 'string') return [];
  return [plain(`${name}: ${typeof decoded === 'string' ? decoded : decodeHeader({ name, value }).decoded}`)];
}

const LATENCIES: readonly (readonly [field: string, label: string])[] = [
  ['endOfTurnMs', 'end of turn'],
  ['firstTokenMs', 'first token'],
  ['firstAudioMs', 'first audio'],
  ['totalMs', 'total'],
];

function latencyLines(latency: unknown): string[] {
  if (!isRecord(latency)) return [];
  const parts = LATENCIES.flatMap(([field, label]) => {
    const value = latency[field];
    return typeof value === 'number' ? [`${label} ${Math.round(value)} ms`] : [];
  });
  return parts.length === 0 ? [] : [parts.join(', ')];
}

function outcome(value: unknown): string {
  if (!isRecord(value)) return typeof value === 'string' ? value : 'unknown';
  const { kind, ...rest } = value;
  const more = Object.values(rest).filter((part) => typeof part === 'string' || typeof part === 'number');
  return `${typeof kind === 'string' ? kind : 'unknown'}${parenthesis(...more)}`;
}

function party(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!isRecord(value)) return 'unknown';
  return typeof value['number'] === 'string' ? value['number'] : 'anonymous';
}

function confidence(line: LogLine): string | undefined {
  const value = line['confidence'];
  return typeof value === 'number' ? `confidence ${value.toFixed(2)}` : undefined;
}

function parenthesis(...parts: readonly unknown[]): string {
  const given = parts.filter((part) => typeof part === 'string' || typeof part === 'number');
  return given.length === 0 ? '' : ` (${given.join(', ')})`;
}

function ms(line: LogLine, name: string): string | undefined {
  const value = line[name];
  return typeof value === 'number' ? `${Math.round(value)} ms` : undefined;
}

function id(line: LogLine, name: string): string | undefined {
  return text(line, name) || undefined;
}

function text(line: LogLine, name: string): string {
  const value = line[name];
  return typeof value === 'string' ? value : '';
}

function number(line: LogLine, name: string): number {
  const value = line[name];
  return typeof value === 'number' ? value : 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** A terminal takes control characters for commands, and a story has one line an event. */
function plain(value: string): string {
  const clean = value.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  return clean.length > TEXT_MAX_CHARS ? `${clean.slice(0, TEXT_MAX_CHARS)}…` : clean;
}
