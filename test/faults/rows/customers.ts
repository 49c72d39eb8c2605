import type { ProxyFault } from '../proxy/fault.ts';
import type { Breakage, RowGroup } from './row.ts';

const customers = (fault: ProxyFault): readonly Breakage[] => [
  { on: 'functions>customers', fault },
  { on: 'bridge>customers', fault },
];

const unknown = {
  dependency: 'Customer service',
  at: 'before the call',
  caller: 'asks',
  fresh: ['functions'],
  greetsByName: true,
  noticed: 'nobody is found in time: the caller counts as unknown',
  hears: 'the greeting without a name, and the answer',
  ends: 'conversation',
  withinS: 10,
} as const;

export const customerRows: RowGroup = {
  group: 'customers',
  title: 'The customer service',
  rows: [
    { ...unknown, name: 'customers-refuse', fault: 'refuses connections', breaks: customers({ does: 'refuse' }) },
    {
      ...unknown,
      name: 'customers-hang',
      fault: 'takes the question and never answers',
      breaks: customers({ does: 'hang' }),
    },
    {
      ...unknown,
      name: 'customers-slow',
      fault: 'is a second late',
      breaks: customers({ does: 'slow', ms: 1_000 }),
      noticed: 'it is not: the greeting does not wait for the name',
    },
    {
      ...unknown,
      name: 'customers-429',
      fault: 'refuses with 429',
      breaks: customers({ does: 'status', status: 429 }),
    },
    { ...unknown, name: 'customers-500', fault: 'answers 500', breaks: customers({ does: 'status', status: 500 }) },
    { ...unknown, name: 'customers-garbage', fault: 'answers no sense', breaks: customers({ does: 'garbage' }) },
    {
      ...unknown,
      name: 'customers-drop',
      fault: 'breaks off its answer',
      breaks: customers({ does: 'drop', afterBytes: 5 }),
    },
  ],
};
