import type { FaultRow, RowGroup } from './row.ts';

const common = {
  dependency: 'Hand-over',
  at: 'before the call',
  breaks: [],
  caller: 'presses 0',
  withinS: 10,
  perCall: true,
} as const;

/** Each SIP status that a queue or the SBC may refuse with (acs-facts 9.3). */
const REFUSALS: readonly (readonly [status: number, words: string])[] = [
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [408, 'Request Timeout'],
  [410, 'Gone'],
  [480, 'Temporarily Unavailable'],
  [484, 'Address Incomplete'],
  [486, 'Busy Here'],
  [487, 'Request Terminated'],
  [500, 'Server Internal Error'],
  [503, 'Service Unavailable'],
  [603, 'Decline'],
];

const refusals = REFUSALS.map(([status, words]): FaultRow => ({
  ...common,
  name: `queue-refuses-${status}`,
  fault: `the queue refuses with ${status} ${words}`,
  noticed: `CallTransferFailed ${status}/560${status}`,
  hears: 'the next queue',
  ends: 'person',
  queues: [{ refuses: status }, 'answers'],
  logged: `560${status}`,
}));

export const transferRows: RowGroup = {
  group: 'transfer',
  title: 'Hand-overs that fail',
  rows: [
    ...refusals,
    {
      ...common,
      name: 'every-queue-refuses',
      fault: 'every queue refuses with 486 Busy Here',
      noticed: 'CallTransferFailed for each queue',
      hears: 'that nobody can take the call, and goodbye',
      ends: 'goodbye',
      queues: [{ refuses: 486 }, { refuses: 486 }],
    },
    {
      ...common,
      name: 'every-queue-refuses-back-to-the-agent',
      fault: 'every queue refuses, and the agent is to go on (`onFailure: return-to-conversation`)',
      noticed: 'CallTransferFailed for each queue',
      hears: 'that nobody can take the call; the conversation goes on',
      agentSays: 'could not reach anybody',
      ends: 'conversation',
      onFailure: 'return-to-conversation',
      queues: [{ refuses: 486 }, { refuses: 480 }],
    },
    {
      ...common,
      name: 'queue-unanswered',
      fault: 'nobody answers; the SBC gives up after four seconds',
      noticed: 'CallTransferFailed 408/560408',
      hears: 'the next queue',
      ends: 'person',
      queues: ['rings', 'answers'],
    },
    {
      ...common,
      name: 'sbc-refuses-refer-403',
      fault: 'the SBC refuses the REFER with 403, each time',
      noticed: 'CallTransferFailed 403/560403 for each queue',
      hears: 'that nobody can take the call, and goodbye',
      ends: 'goodbye',
      sbc: { refuses: 403 },
    },
    {
      ...common,
      name: 'sbc-refuses-refer-503',
      fault: 'the SBC refuses the REFER with 503, each time',
      noticed: 'CallTransferFailed 503/560503 for each queue',
      hears: 'that nobody can take the call, and goodbye',
      ends: 'goodbye',
      sbc: { refuses: 503 },
    },
    {
      ...common,
      name: 'sbc-refuses-refer-405',
      fault: 'the SBC refuses the REFER with 405 although its Allow names it',
      noticed: 'the front places the call to the queue itself',
      hears: 'the person',
      ends: 'person',
      sbc: { refuses: 405 },
    },
    {
      ...common,
      name: 'sbc-sends-no-notify',
      fault: 'the SBC takes the REFER, and no NOTIFY ever comes',
      noticed: 'no outcome in 50 s',
      hears: 'silence, then that nobody can take the call',
      ends: 'goodbye',
      withinS: 60,
      sbc: 'accepts REFER and does nothing',
    },
    {
      ...common,
      name: 'sbc-ignores-refer',
      fault: 'the SBC does not answer the REFER',
      noticed: 'CallTransferFailed 408/560408 after half a minute, and 50 s in all',
      hears: 'silence, then that nobody can take the call',
      ends: 'goodbye',
      withinS: 60,
      sbc: 'ignores REFER',
    },
    {
      ...common,
      name: 'caller-hangs-up-while-a-queue-rings',
      fault: 'the caller hangs up while a queue rings',
      at: 'handing over',
      caller: 'hangs up',
      noticed: 'CallDisconnected, and CallTransferFailed before or after it',
      hears: 'nothing more',
      ends: 'caller-left',
      queues: ['rings', 'rings'],
      // The front takes a leg that ends while the SBC carries out its REFER for handed over (acs-facts 5.4).
      outcome: 'caller-hung-up|handed-over',
    },
  ],
};

const givesUp = {
  dependency: 'Offers',
  at: 'before the call',
  caller: 'hangs up on the answer',
  hears: 'nothing more',
  ends: 'caller-left',
  withinS: 10,
  perCall: true,
  outcome: 'abandoned',
} as const;

export const givenUpRows: RowGroup = {
  group: 'given-up',
  title: 'Callers who give up',
  rows: [
    {
      ...givesUp,
      name: 'caller-gives-up-ringing',
      fault: 'the caller gives up while it is answered, which takes two seconds',
      breaks: [{ on: 'functions>front', fault: { does: 'slow', ms: 2_000 }, only: ':answer' }],
      noticed: 'the answer is refused: nobody rings any more',
    },
    {
      ...givesUp,
      name: 'caller-gives-up-as-it-is-answered',
      fault: 'the caller hangs up when the call is answered, and the response to the answer is lost',
      breaks: [{ on: 'functions>front', fault: { does: 'drop', afterBytes: 0 }, only: ':answer' }],
      noticed: 'CallDisconnected, or the next answer is refused',
      outcome: 'abandoned|caller-hung-up',
    },
  ],
};

export const earlyByeRows: RowGroup = {
  group: 'early-bye',
  title: 'Early BYE',
  rows: [
    {
      name: 'early-bye',
      dependency: 'Hand-over',
      fault: 'the front leaves before the queue has answered',
      at: 'before the call',
      breaks: [],
      edgeSettings: { transferBye: 'early' },
      noticed: 'CallTransferAccepted, then CallDisconnected 200/7015',
      hears: 'the person',
      ends: 'person',
      withinS: 10,
      caller: 'presses 0',
    },
  ],
};
