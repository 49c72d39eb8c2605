import type { ProxyFault } from '../proxy/fault.ts';
import type { Breakage, RowGroup } from './row.ts';

const model = (fault: ProxyFault): readonly Breakage[] => [{ on: 'bridge>model', fault }];

const FAILS_TWICE = 'the request fails, and once more';
const TROUBLE = 'that the agent has trouble answering, then a person';

const common = { dependency: 'Azure OpenAI', at: 'listening', caller: 'asks', withinS: 10 } as const;
const ofOneLine = { ...common, perCall: true } as const;
const troubled = { ...common, hears: TROUBLE, ends: 'person', agentSays: 'I have a problem here' } as const;
const troubledOnOneLine = { ...troubled, perCall: true } as const;

export const modelRows: RowGroup = {
  group: 'model',
  title: 'The language model',
  rows: [
    {
      ...troubled,
      name: 'model-refuses',
      fault: 'refuses connections',
      breaks: model({ does: 'refuse' }),
      noticed: FAILS_TWICE,
    },
    {
      ...troubled,
      name: 'model-hangs',
      fault: 'takes the request and never answers',
      breaks: model({ does: 'hang' }),
      noticed: 'no first word within `OPENAI_FIRST_CHUNK_TIMEOUT_MS`, nor from a second request beside it',
      hears: `a filler, ${TROUBLE}`,
    },
    {
      ...ofOneLine,
      name: 'model-slow',
      fault: 'is two seconds late',
      breaks: model({ does: 'slow', ms: 2_000 }),
      noticed: 'no first word in time for the filler',
      hears: 'a filler, then the answer',
      ends: 'conversation',
    },
    {
      ...troubledOnOneLine,
      name: 'model-429',
      fault: 'refuses with 429',
      breaks: model({ does: 'status', status: 429 }),
      noticed: FAILS_TWICE,
    },
    {
      ...troubledOnOneLine,
      name: 'model-429-come-back-later',
      fault: 'refuses with 429 and Retry-After of a minute',
      breaks: model({ does: 'status', status: 429, headers: { 'retry-after': '60' } }),
      noticed: 'the request fails; longer than a caller waits',
    },
    {
      ...troubledOnOneLine,
      name: 'model-500',
      fault: 'answers 500',
      breaks: model({ does: 'status', status: 500 }),
      noticed: FAILS_TWICE,
    },
    {
      ...troubledOnOneLine,
      name: 'model-401',
      fault: 'refuses our key with 401',
      breaks: model({ does: 'status', status: 401 }),
      noticed: 'the request fails',
    },
    {
      ...troubledOnOneLine,
      name: 'model-garbage',
      fault: 'answers no sense',
      breaks: model({ does: 'garbage' }),
      noticed: 'a reply without words, twice',
    },
    {
      ...troubledOnOneLine,
      name: 'model-drops-in-mid-reply',
      fault: 'breaks off every reply',
      breaks: model({ does: 'drop', afterBytes: 1_500 }),
      noticed: 'the stream ends without its end',
      hears: TROUBLE,
    },
    {
      ...ofOneLine,
      name: 'model-cut-while-thinking',
      fault: 'loses its connections once',
      at: 'thinking',
      caller: 'listens',
      breaks: model({ does: 'cut' }),
      noticed: 'the request fails, and is sent again',
      hears: 'the answer',
      agentSays: 'One of the two charges',
      ends: 'conversation',
    },
  ],
};
