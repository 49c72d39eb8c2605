import type { CallOutcome } from '../call/outcome.ts';
import type { Incident } from '../ports/session-store.ts';

/**
 * What is counted and timed, under the names that dashboards and alerts know. Closed, and so are the attributes' values, or chosen in configuration (an agent, a
 * rule): a metric with a caller in an attribute would be a list of callers.
 */
export type Measurement =
  /** From the IncomingCall's arrival until the front has taken what we made of it. Seconds. */
  | {
      readonly name: 'trunkline.call.answer.duration';
      readonly value: number;
      readonly attributes: { readonly outcome: 'answered' | 'gone' | 'refused' };
    }
  /** A call row has come to its end. */
  | {
      readonly name: 'trunkline.calls.ended';
      readonly attributes: { readonly outcome: CallOutcome['kind']; readonly agent: string };
    }
  /** Media sessions of this process. */
  | { readonly name: 'trunkline.calls.active'; readonly value: number }
  /** How many this process takes. */
  | { readonly name: 'trunkline.calls.capacity'; readonly value: number }
  | {
      readonly name: 'trunkline.admission.decisions';
      readonly attributes: { readonly decision: 'answer' | 'redirect' | 'reject' | 'drop'; readonly reason: string };
    }
  /** Seconds of one answer, by what they were spent on. */
  | {
      readonly name: 'trunkline.turn.latency';
      readonly value: number;
      readonly attributes: { readonly stage: ReplyStage | 'total' };
    }
  /** The agent has replied to the caller. */
  | { readonly name: 'trunkline.replies'; readonly attributes: { readonly agent: string } }
  /** `false`: a cough or "uh-huh", after which the agent went on. */
  | { readonly name: 'trunkline.interruptions'; readonly attributes: { readonly kind: 'real' | 'false' } }
  /** One attempt: a hand-over may take several. */
  | { readonly name: 'trunkline.transfers'; readonly attributes: { readonly outcome: 'accepted' | 'failed' } }
  /** Something failed and the caller was told or given to a person: an incident of the conversation, or why a call was given up. */
  | {
      readonly name: 'trunkline.failures';
      readonly attributes: { readonly kind: Incident['kind'] | FailureReason | 'answer-failed' };
    }
  | {
      readonly name: 'trunkline.service.errors';
      readonly attributes: { readonly service: MeasuredService; readonly kind: ErrorKind };
    }
  | {
      readonly name: 'trunkline.model.tokens';
      readonly value: number;
      readonly attributes: { readonly direction: 'in' | 'out' };
    }
  /** Seconds sent to the recogniser, and seconds of the agent's voice that were played. */
  | {
      readonly name: 'trunkline.speech.audio';
      readonly value: number;
      readonly attributes: { readonly direction: 'recognised' | 'spoken' };
    }
  | { readonly name: 'trunkline.watchdog.actions'; readonly attributes: { readonly action: WatchdogAction } };

export type MeasurementName = Measurement['name'];

/** In the order in which they happen: words are understood, the turn is taken to be over, the model writes, the voice speaks. */
export type ReplyStage = 'hearing' | 'deciding' | 'model' | 'voice';

/** Whose failure an error is. */
export type MeasuredService = 'speech-in' | 'speech-out' | 'model' | 'storage' | 'call-control' | 'crm' | 'tool';

/** What a look at a call led to. */
export type WatchdogAction = 'none' | 'start-media' | 'transfer' | 'play-text' | 'hang-up' | 'ended';

/** What an error was, coarse enough to count. */
export type ErrorKind = 'timeout' | 'unreachable' | 'throttled' | 'refused' | 'server' | 'other';

type FailureReason = Extract<CallOutcome, { kind: 'failed' }>['reason'];

interface Instrument {
  readonly kind: 'counter' | 'histogram' | 'gauge';
  /** UCUM, as OpenTelemetry writes units. */
  readonly unit: string;
  readonly description: string;
  /** Upper bounds of a histogram's buckets. */
  readonly boundaries?: readonly number[];
}

/** Seconds: fine where a caller notices, coarse where something is wrong anyway. */
const LATENCY_BOUNDARIES = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10];

export const INSTRUMENTS: { readonly [Name in MeasurementName]: Instrument } = {
  'trunkline.call.answer.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'From an offered call to its answer.',
    boundaries: LATENCY_BOUNDARIES,
  },
  'trunkline.calls.ended': { kind: 'counter', unit: '{call}', description: 'Calls that are over.' },
  'trunkline.calls.active': { kind: 'gauge', unit: '{call}', description: 'Calls of this replica.' },
  'trunkline.calls.capacity': { kind: 'gauge', unit: '{call}', description: 'Calls that this replica takes at most.' },
  'trunkline.admission.decisions': { kind: 'counter', unit: '{call}', description: 'What became of offered calls.' },
  'trunkline.turn.latency': {
    kind: 'histogram',
    unit: 's',
    description: 'From the last word of a caller to the first sound of the answer, by stage.',
    boundaries: LATENCY_BOUNDARIES,
  },
  'trunkline.replies': { kind: 'counter', unit: '{reply}', description: 'Replies of the agent to callers.' },
  'trunkline.interruptions': {
    kind: 'counter',
    unit: '{interruption}',
    description: 'Callers who spoke over the agent.',
  },
  'trunkline.transfers': {
    kind: 'counter',
    unit: '{transfer}',
    description: 'Transfers to a person, each attempt once.',
  },
  'trunkline.failures': {
    kind: 'counter',
    unit: '{failure}',
    description: 'What failed in calls, as their callers met it.',
  },
  'trunkline.service.errors': { kind: 'counter', unit: '{error}', description: 'Failed requests to services.' },
  'trunkline.model.tokens': { kind: 'counter', unit: '{token}', description: 'Tokens of the language model.' },
  'trunkline.speech.audio': { kind: 'counter', unit: 's', description: 'Audio heard by the recogniser, and spoken.' },
  'trunkline.watchdog.actions': { kind: 'counter', unit: '{action}', description: 'What looks at calls led to.' },
};
