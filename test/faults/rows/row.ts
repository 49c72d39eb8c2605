import type { ProxyFault } from '../proxy/fault.ts';

/** How a call that met a fault may end. `caller-left`: the caller put the phone down; nobody is owed anything but a final row. */
export type End = 'conversation' | 'person' | 'goodbye' | 'caller-left';

/** Connections with a fault proxy in them: who asks, and what it asks for. */
export const LINES = [
  'bridge>tables',
  'bridge>blobs',
  'bridge>speech',
  'bridge>second-speech',
  'bridge>model',
  'bridge>second-model',
  'bridge>front',
  'bridge>keys',
  'bridge>tool',
  'bridge>customers',
  'functions>tables',
  'functions>queues',
  'functions>front',
  'functions>keys',
  'functions>customers',
  'front>functions',
  'front>bridge',
] as const;
export type Line = (typeof LINES)[number];

/** Programs of the product that can be killed, and whose clocks can be wrong. */
export type Program = 'bridge' | 'functions';

/** What the bridge may have a second one of. */
export type SecondService = 'speech' | 'model';

/** One thing that goes wrong. */
export type Breakage =
  /** `only`: a pattern on `METHOD /path?query`, case left out. */
  | { readonly on: Line; readonly fault: ProxyFault; readonly only?: string }
  /** SIGKILL; `restartsAfterMs`: another one is started so much later. */
  | { readonly kill: Program; readonly restartsAfterMs?: number }
  /** Faults and settings of the edge, as its control API takes them. */
  | { readonly edge: Readonly<Record<string, unknown>> };

/** When it goes wrong. */
export const MOMENTS = {
  'before the call': 'before the call',
  ringing: 'while it rings',
  greeting: 'during the greeting',
  listening: 'while the agent listens',
  'caller speaking': 'while the caller speaks',
  thinking: 'while the model thinks',
  speaking: 'while the agent speaks',
  'handing over': 'while a queue rings',
} as const;
export type Moment = keyof typeof MOMENTS;

/** What the caller does once it has gone wrong, each caller waiting first for the greeting where there is one. */
export type CallerDoes =
  | 'listens'
  | 'asks'
  | 'asks about a parcel'
  | 'presses 0'
  | 'hangs up'
  /** While it rings, as soon as somebody has begun to answer. */
  | 'hangs up on the answer';

/** How the caller's SBC takes a REFER. */
export type SbcDoes = 'refers' | 'ignores REFER' | 'accepts REFER and does nothing' | { readonly refuses: number };

/** What the people in the first queue do; the second answers unless the row says otherwise. */
export type QueueDoes = { readonly refuses: number } | 'rings' | 'answers';

export interface FaultRow {
  /** Lower case with hyphens; unique. */
  readonly name: string;
  readonly dependency: string;
  /** As a support engineer says it. */
  readonly fault: string;
  readonly at: Moment;
  readonly breaks: readonly Breakage[];
  /** What tells the product that something is wrong. */
  readonly noticed: string;
  /** In words, for people. */
  readonly hears: string;
  readonly ends: End;
  /** Where a race decides: as good an end. */
  readonly orEnds?: End;
  /** From the moment the fault is first felt to the agent's voice, the person's answer or the goodbye. */
  readonly withinS: number;
  readonly caller: CallerDoes;
  /** Found in what the agent says after the fault; for a conversation, the words that show it goes on. Case left out. */
  readonly agentSays?: string;
  /** Nothing of this is said. */
  readonly neverSays?: string;
  /** Found in what the product logs about this call: it noticed, and did not just come through by luck. */
  readonly logged?: string;
  readonly queues?: readonly [QueueDoes, QueueDoes];
  readonly sbc?: SbcDoes;
  /** What the agent does when no queue answers. */
  readonly onFailure?: 'disconnect' | 'return-to-conversation';
  /** How many bridges take calls; one by default. */
  readonly bridges?: 2;
  /** How many instances of the functions get each offer; one by default. */
  readonly functions?: 2;
  /** These are started anew after the breakage and before the call: what they remember would hide it. */
  readonly fresh?: readonly Program[];
  /** The bridge has a second one of these; a bridge without knows nothing of what the row before taught it either. */
  readonly second?: SecondService;
  /** Their clocks are so many seconds ahead (or behind) of everybody else's. */
  readonly clockAheadS?: Readonly<Partial<Record<Program, number>>>;
  /** Edge's settings for this row's call. */
  readonly edgeSettings?: Readonly<Record<string, unknown>>;
  /** Concerns nothing but its own call, faults of `breaks` too: such rows run beside each other in one stack. */
  readonly perCall?: true;
  /** The fault is not lifted before the call row is final, which may take so long; by default it is when the caller has reached the end. */
  readonly finalWhileBrokenWithinS?: number;
  /** The agent greets by name those whom the customer service knows: it knows everybody. */
  readonly greetsByName?: true;
  /** The call is one of hours, and comes to its bridge from another one that died: the offer has to be late enough to write that down. */
  readonly talkedBefore?: true;
  /** As the call row has it in the end; by default what `ends` says. */
  readonly outcome?: string;
}

export interface RowGroup {
  readonly group: string;
  readonly title: string;
  readonly rows: readonly FaultRow[];
}
