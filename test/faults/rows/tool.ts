import type { ProxyFault } from '../proxy/fault.ts';
import type { Breakage, RowGroup } from './row.ts';

const tool = (fault: ProxyFault): readonly Breakage[] => [{ on: 'bridge>tool', fault }];

const failing = {
  dependency: 'Tool of an agent',
  at: 'listening',
  caller: 'asks about a parcel',
  noticed: 'the request fails',
  hears: 'the words of `onFailure`; the conversation goes on',
  agentSays: 'cannot reach the parcel service',
  ends: 'conversation',
  withinS: 10,
  perCall: true,
} as const;

export const toolRows: RowGroup = {
  group: 'tool',
  title: 'Tools of an agent',
  rows: [
    { ...failing, name: 'tool-refuses', fault: 'refuses connections', breaks: tool({ does: 'refuse' }) },
    {
      ...failing,
      name: 'tool-hangs',
      fault: 'takes the request and never answers',
      breaks: tool({ does: 'hang' }),
      noticed: 'no answer within `timeoutMs`',
    },
    {
      ...failing,
      name: 'tool-slow',
      fault: 'is two seconds late',
      breaks: tool({ does: 'slow', ms: 2_000 }),
      noticed: 'no word in time for the filler',
      hears: 'a filler, then the answer',
      agentSays: 'all about your parcel',
      neverSays: 'cannot reach',
    },
    { ...failing, name: 'tool-429', fault: 'refuses with 429', breaks: tool({ does: 'status', status: 429 }) },
    { ...failing, name: 'tool-500', fault: 'answers 500', breaks: tool({ does: 'status', status: 500 }) },
    {
      ...failing,
      name: 'tool-garbage',
      fault: 'answers no sense',
      breaks: tool({ does: 'garbage' }),
      noticed: 'the answer is no JSON',
    },
    { ...failing, name: 'tool-drops', fault: 'breaks off its answer', breaks: tool({ does: 'drop', afterBytes: 5 }) },
  ],
};
