import type { ProxyFault } from '../proxy/fault.ts';
import type { Breakage, RowGroup } from './row.ts';

const controlPlane = (fault: ProxyFault): readonly Breakage[] => [{ on: 'functions>tables', fault }];
const dataPlane = (fault: ProxyFault): readonly Breakage[] => [{ on: 'bridge>tables', fault }];
const both = (fault: ProxyFault): readonly Breakage[] => [...controlPlane(fault), ...dataPlane(fault)];
const queue = (fault: ProxyFault): readonly Breakage[] => [{ on: 'functions>queues', fault }];

const start = { dependency: 'Storage tables', at: 'before the call', caller: 'asks', withinS: 10 } as const;
const middle = { ...start, at: 'listening', hears: 'the answer', ends: 'conversation' } as const;
const watchdog = {
  ...start,
  dependency: 'Storage queues',
  noticed: 'the watchdog is not set; the call goes on without it',
  hears: 'the answer',
  ends: 'conversation',
} as const;

const blobs = (fault: ProxyFault): readonly Breakage[] => [{ on: 'bridge>blobs', fault }];
const overflow = {
  ...start,
  dependency: 'Storage blobs, with a session of hours',
  talkedBefore: true,
  edgeSettings: { eventGrid: { delayMs: 1_500 } },
  noticed: 'what was said before cannot be read: the call is taken without it',
  hears: 'the greeting, and the answer',
  ends: 'conversation',
} as const;

const NOT_WRITTEN = 'the row cannot be written: the call is answered, and written down when storage is back';

export const storageRows: RowGroup = {
  group: 'storage',
  title: 'Storage',
  rows: [
    {
      ...start,
      name: 'tables-refuse-the-functions',
      fault: 'refuse connections of the functions',
      breaks: controlPlane({ does: 'refuse' }),
      noticed: NOT_WRITTEN,
      hears: 'the answer',
      ends: 'conversation',
    },
    {
      ...start,
      name: 'tables-refuse-everybody',
      fault: 'refuse connections of functions and bridge',
      breaks: both({ does: 'refuse' }),
      noticed: NOT_WRITTEN,
      hears: 'the answer',
      ends: 'conversation',
    },
    {
      ...start,
      name: 'tables-hang',
      fault: 'take every request and answer none',
      breaks: both({ does: 'hang' }),
      noticed: 'the row is not written in time: the call is answered all the same',
      hears: 'the answer, late, or a person',
      ends: 'conversation',
      orEnds: 'person',
    },
    {
      ...start,
      name: 'tables-slow',
      fault: 'are a second late',
      breaks: both({ does: 'slow', ms: 1_000 }),
      noticed: 'it is not: the call is answered later',
      hears: 'the greeting and the answer, late',
      ends: 'conversation',
    },
    {
      ...start,
      name: 'tables-429',
      fault: 'refuse with 429',
      breaks: both({ does: 'status', status: 429 }),
      noticed: NOT_WRITTEN,
      hears: 'the answer',
      ends: 'conversation',
    },
    {
      ...start,
      name: 'tables-500',
      fault: 'answer 500',
      breaks: both({ does: 'status', status: 500 }),
      noticed: NOT_WRITTEN,
      hears: 'the answer',
      ends: 'conversation',
    },
    {
      ...start,
      name: 'tables-garbage',
      fault: 'answer no sense',
      breaks: both({ does: 'garbage' }),
      noticed: 'the row cannot be read: what the URL of the media socket says is enough',
      hears: 'the answer',
      ends: 'conversation',
    },
    {
      ...start,
      name: 'tables-drop',
      fault: 'break off every answer',
      breaks: both({ does: 'drop', afterBytes: 50 }),
      noticed: NOT_WRITTEN,
      hears: 'the answer',
      ends: 'conversation',
    },
    {
      ...start,
      name: 'tables-refuse-the-bridge',
      fault: 'refuse connections of the bridge',
      breaks: dataPlane({ does: 'refuse' }),
      noticed: 'the bridge cannot read the row: what the URL of the media socket says is enough',
      hears: 'the answer',
      ends: 'conversation',
    },
    {
      ...start,
      name: 'tables-hang-for-the-bridge',
      fault: 'answer nothing to the bridge',
      breaks: dataPlane({ does: 'hang' }),
      noticed: 'the bridge cannot read the row in time: what the URL of the media socket says is enough',
      hears: 'the answer',
      ends: 'conversation',
    },
    {
      ...middle,
      name: 'tables-refuse-in-mid-call',
      fault: 'refuse connections',
      breaks: both({ does: 'refuse' }),
      noticed: 'the session row is not written; it is tried again',
    },
    {
      ...middle,
      name: 'tables-hang-in-mid-call',
      fault: 'answer nothing',
      breaks: both({ does: 'hang' }),
      noticed: 'the session row is not written in time',
    },
    {
      ...start,
      name: 'tables-refuse-during-hand-over',
      fault: 'refuse connections',
      at: 'handing over',
      caller: 'listens',
      breaks: both({ does: 'refuse' }),
      noticed: 'the outcome of the transfer cannot be written, and is told again',
      hears: 'the person',
      ends: 'person',
    },
    {
      ...overflow,
      name: 'blobs-refuse',
      fault: 'refuse connections',
      breaks: blobs({ does: 'refuse' }),
    },
    { ...overflow, name: 'blobs-hang', fault: 'answer nothing', breaks: blobs({ does: 'hang' }) },
    { ...overflow, name: 'blobs-500', fault: 'answer 500', breaks: blobs({ does: 'status', status: 500 }) },
    { ...overflow, name: 'blobs-garbage', fault: 'answer no sense', breaks: blobs({ does: 'garbage' }) },
    {
      ...overflow,
      name: 'blobs-refuse-in-mid-call',
      fault: 'refuse connections',
      at: 'listening',
      breaks: blobs({ does: 'refuse' }),
      noticed: 'the session is not written; it is tried again',
      hears: 'the answer',
    },
    {
      ...overflow,
      name: 'blobs-hang-in-mid-call',
      fault: 'answer nothing',
      at: 'listening',
      breaks: blobs({ does: 'hang' }),
      noticed: 'the session is not written in time',
      hears: 'the answer',
    },
    { ...watchdog, name: 'queues-refuse', fault: 'refuse connections', breaks: queue({ does: 'refuse' }) },
    { ...watchdog, name: 'queues-hang', fault: 'answer nothing', breaks: queue({ does: 'hang' }) },
    { ...watchdog, name: 'queues-500', fault: 'answer 500', breaks: queue({ does: 'status', status: 500 }) },
    { ...watchdog, name: 'queues-garbage', fault: 'answer no sense', breaks: queue({ does: 'garbage' }) },
  ],
};
