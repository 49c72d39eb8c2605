import type { ProxyFault } from '../proxy/fault.ts';
import type { Breakage, RowGroup } from './row.ts';

const HEARING = '/(stt|speech)/';
const VOICE = '/tts/';

const speech = (only: string, fault: ProxyFault): readonly Breakage[] => [{ on: 'bridge>speech', fault, only }];
const bothSpeech = (only: string, fault: ProxyFault): readonly Breakage[] => [
  ...speech(only, fault),
  { on: 'bridge>second-speech', fault, only },
];
const model = (fault: ProxyFault): readonly Breakage[] => [{ on: 'bridge>model', fault }];
const bothModels = (fault: ProxyFault): readonly Breakage[] => [...model(fault), { on: 'bridge>second-model', fault }];

const common = {
  at: 'listening',
  caller: 'asks',
  hears: 'the answer',
  ends: 'conversation',
  neverSays: 'problem|trouble',
  withinS: 10,
} as const;
const ear = {
  ...common,
  dependency: 'First of two Speech resources, hearing',
  second: 'speech',
  noticed: 'the recogniser fails; one of the second resource hears the caller again',
} as const;
const mouth = {
  ...common,
  dependency: 'First of two Speech resources, voice',
  second: 'speech',
  noticed: 'the utterance fails; the second resource speaks it',
} as const;
const mind = {
  ...common,
  dependency: 'First of two model deployments',
  second: 'model',
  noticed: 'the request fails; the second deployment is asked',
} as const;

export const secondRows: RowGroup = {
  group: 'second',
  title: 'With a second Speech resource, or a second model deployment',
  rows: [
    {
      ...ear,
      name: 'first-ear-refuses',
      fault: 'refuses connections, and drops those it has',
      breaks: speech(HEARING, { does: 'refuse' }),
    },
    {
      ...ear,
      name: 'first-ear-hangs',
      fault: 'hears the caller and says nothing',
      breaks: speech(HEARING, { does: 'hang' }),
      noticed: 'voice of the caller, and no sign of the recogniser; another one hears the caller again',
      hears: 'the answer, late',
    },
    {
      ...ear,
      name: 'first-ear-500',
      fault: 'refuses with 500',
      at: 'before the call',
      breaks: speech(HEARING, { does: 'status', status: 500 }),
    },
    {
      ...mouth,
      name: 'first-voice-refuses',
      fault: 'refuses connections',
      breaks: speech(VOICE, { does: 'refuse' }),
    },
    {
      ...mouth,
      name: 'first-voice-hangs',
      fault: 'takes the text and says nothing',
      breaks: speech(VOICE, { does: 'hang' }),
      noticed: 'no sound in time; the second resource speaks the utterance',
      hears: 'the answer, late',
    },
    {
      ...mouth,
      name: 'first-voice-429',
      fault: 'refuses with 429',
      breaks: speech(VOICE, { does: 'status', status: 429 }),
    },
    {
      ...common,
      name: 'both-ears-refuse',
      dependency: 'Both Speech resources, hearing',
      second: 'speech',
      fault: 'refuse connections, and drop those they have',
      breaks: bothSpeech(HEARING, { does: 'refuse' }),
      noticed: 'no recogniser can be opened, here or there',
      hears: 'that the agent has trouble, then a person',
      ends: 'person',
      neverSays: 'balance',
    },
    {
      ...common,
      name: 'both-voices-refuse',
      dependency: 'Both Speech resources, voice',
      second: 'speech',
      fault: 'refuse connections',
      breaks: bothSpeech(VOICE, { does: 'refuse' }),
      noticed: 'the utterance fails, here and there',
      hears: 'that the agent has trouble, then a person',
      ends: 'person',
      neverSays: 'balance',
    },
    { ...mind, name: 'first-model-refuses', fault: 'refuses connections', breaks: model({ does: 'refuse' }) },
    {
      ...mind,
      name: 'first-model-hangs',
      fault: 'takes the request and never answers',
      breaks: model({ does: 'hang' }),
      noticed: 'no first word in time; the second deployment is asked beside it',
      hears: 'a filler, then the answer',
    },
    {
      ...mind,
      name: 'first-model-429',
      fault: 'refuses with 429 and Retry-After of a minute',
      breaks: model({ does: 'status', status: 429, headers: { 'retry-after': '60' } }),
    },
    {
      ...mind,
      name: 'first-model-garbage',
      fault: 'answers no sense',
      breaks: model({ does: 'garbage' }),
    },
    {
      ...common,
      name: 'both-models-500',
      dependency: 'Both model deployments',
      second: 'model',
      fault: 'answer 500',
      breaks: bothModels({ does: 'status', status: 500 }),
      noticed: 'the request fails, here and there',
      hears: 'that the agent has trouble answering, then a person',
      ends: 'person',
      neverSays: 'balance',
    },
  ],
};
