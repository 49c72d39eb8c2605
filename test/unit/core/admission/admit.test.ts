import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { admit, OFFER_LIFE_MS, type Admission, type AdmissionFacts } from '#core/admission/admit';
import { admissionPolicy, openPolicy } from '#core/admission/policy';
import { agentDefinition } from '#core/agent/definition';
import type { CallOffer } from '#core/call/offer';
import type { PhoneNumber } from '#core/ids';
import { hours } from '#core/hours/hours';
import { offer } from '../../../support/offered-call.ts';

type Written = z.input<typeof admissionPolicy>;

const agent = agentDefinition.parse({
  name: 'card-services',
  languages: [{ language: 'en-US', voice: 'v', greeting: 'Hello.', greetingUnknown: 'Hello.' }],
  instructions: 'Help.',
  queues: [
    { name: 'disputes', target: '+18005550110' },
    { name: 'night-desk', target: '+18005550160' },
    { name: 'general', target: '+18005550130' },
  ],
  handover: { fallback: ['general'] },
});
const facts: AdmissionFacts = { agent, trunk: undefined, region: { state: 'unknown' } };
const nowMs = offer.offeredAtMs + 500;

const decided = (written: Written, changed: Partial<CallOffer> = {}, known: Partial<AdmissionFacts> = {}): Admission =>
  admit({ ...offer, ...changed }, admissionPolicy.parse(written), { ...facts, ...known }, nowMs);

const answered = { kind: 'answer' };
const toPeople = (because: string, target = '+18005550130') => ({ kind: 'redirect', target, because });
const refused = (because: string, reason = 'forbidden') => ({ kind: 'reject', reason, because });

const neverOpen = { zone: 'America/New_York', weekly: {} };
const anonymous = { from: { kind: 'anonymous' } } as const;

describe('a call that comes in', () => {
  it('is answered where nobody has said anything else', () => {
    expect(decided({})).toEqual(answered);
    expect(admit(offer, openPolicy, facts, nowMs)).toEqual(answered);
  });

  it('is answered by a clock that is behind', () => {
    expect(admit(offer, openPolicy, facts, offer.offeredAtMs - 60_000)).toEqual(answered);
  });

  it('is of no use to anybody once it has stopped ringing, whatever the policy', () => {
    const policies = fc.record({
      agent: fc.constantFrom('on' as const, 'off' as const),
      calledNumbers: fc.subarray<string>([offer.to, '+18005550111']),
      trunks: fc.subarray(['sbc.contoso.example']),
      blockedCallers: fc.record({ numbers: fc.subarray(['+14255550100']), anonymous: fc.boolean() }),
      hours: fc.constantFrom(undefined, neverOpen),
    });
    fc.assert(
      fc.property(policies, fc.nat(), (written, more) => {
        const policy = admissionPolicy.parse(written);
        const atMs = offer.offeredAtMs + OFFER_LIFE_MS;
        expect(admit(offer, policy, facts, atMs + 1 + more)).toEqual({ kind: 'drop', because: 'too-old' });
        expect(admit(offer, policy, facts, atMs)).not.toMatchObject({ because: 'too-old' });
      }),
    );
  });
});

describe('a called number', () => {
  it('that is ours is answered', () => {
    expect(decided({ calledNumbers: [offer.to] })).toEqual(answered);
  });

  it('that is not ours rings on, for whoever it belongs to', () => {
    expect(decided({ calledNumbers: ['+18005550111'] })).toEqual({ kind: 'drop', because: 'wrongNumber' });
  });

  it('that is not ours is refused where nobody else takes calls', () => {
    const then = { wrongNumber: { refuse: 'unavailable' as const } };
    expect(decided({ calledNumbers: ['+18005550111'], then })).toEqual(refused('wrongNumber', 'none'));
  });
});

describe('a trunk', () => {
  const trunks = ['SBC1.contoso.example'];

  it('that is allowed brings callers in, however its name is spelt', () => {
    expect(decided({ trunks }, {}, { trunk: ' sbc1.Contoso.example ' })).toEqual(answered);
  });

  it('that is not allowed, or that nobody named, does not', () => {
    expect(decided({ trunks }, {}, { trunk: 'sbc9.contoso.example' })).toEqual(refused('wrongTrunk'));
    expect(decided({ trunks })).toEqual(refused('wrongTrunk'));
  });

  it('may be none, for calls that no SBC of ours brings, where the policy says so', () => {
    expect(decided({ trunks: [...trunks, 'none'] })).toEqual(answered);
    expect(decided({ trunks: [...trunks, 'none'] }, {}, { trunk: 'sbc9.contoso.example' })).toEqual(
      refused('wrongTrunk'),
    );
  });
});

describe('a caller', () => {
  it('whose number is blocked is refused, with the agent on or off', () => {
    const blockedCallers = { numbers: ['+14255550100'] };
    expect(decided({ blockedCallers })).toEqual(refused('blocked'));
    expect(decided({ blockedCallers, agent: 'off' })).toEqual(refused('blocked'));
  });

  it('whose number begins like a blocked one is refused, another is not', () => {
    expect(decided({ blockedCallers: { prefixes: ['+1425'] } })).toEqual(refused('blocked'));
    expect(decided({ blockedCallers: { prefixes: ['+1426'] } })).toEqual(answered);
  });

  it('without a number is refused only where anonymous callers are blocked', () => {
    expect(decided({ blockedCallers: { anonymous: true } }, anonymous)).toEqual(refused('blocked'));
    expect(decided({ blockedCallers: { anonymous: true } })).toEqual(answered);
    expect(decided({ blockedCallers: { numbers: ['+14255550100'], prefixes: ['+1'] } }, anonymous)).toEqual(answered);
  });

  it('who is blocked can be sent to people instead', () => {
    const then = { blocked: { number: '+18005550190' } };
    expect(decided({ blockedCallers: { anonymous: true }, then }, anonymous)).toEqual(
      toPeople('blocked', '+18005550190'),
    );
  });
});

describe('a redirect to a number of our own', () => {
  const called = (to: string) => ({ to: to as PhoneNumber });
  const closed = { hours: neverOpen };

  it('would come back for ever: the next queue is taken', () => {
    const then = { closed: { queue: 'night-desk' } };
    expect(decided({ ...closed, then }, called('+18005550160'))).toEqual(toPeople('closed'));
    expect(decided({ ...closed, then, calledNumbers: [offer.to, '+18005550160'] })).toEqual(toPeople('closed'));
    expect(decided({ ...closed, then, lines: [{ numbers: ['+18005550160'] }] })).toEqual(toPeople('closed'));
    const toItself = { closed: { number: offer.to } };
    expect(decided({ ...closed, then: toItself })).toEqual(toPeople('closed'));
  });

  it('is no way at all where every queue is: the agent answers, and refuses while it is off', () => {
    expect(decided(closed, called('+18005550130'))).toEqual(answered);
    expect(decided({ agent: 'off' }, called('+18005550130'))).toEqual(refused('off', 'none'));
  });
});

describe('outside the hours', () => {
  it('a caller goes to the default queue of the agent', () => {
    expect(decided({ hours: neverOpen })).toEqual(toPeople('closed'));
  });

  it('a caller goes to the queue that was named, as the agent of the call has it', () => {
    expect(decided({ hours: neverOpen, then: { closed: { queue: 'night-desk' } } })).toEqual(
      toPeople('closed', '+18005550160'),
    );
  });

  it('a caller goes to the default queue when the agent has none of that name', () => {
    expect(decided({ hours: neverOpen, then: { closed: { queue: 'travel' } } })).toEqual(toPeople('closed'));
  });

  it('a caller goes to the next queue that is open, when the one that was named is closed as well', () => {
    const queues = agent.queues.map((queue) =>
      queue.name === 'night-desk' ? { ...queue, hours: hours.parse(neverOpen) } : queue,
    );
    const then = { closed: { queue: 'night-desk' } };
    const known = { agent: { ...agent, queues } };
    expect(decided({ hours: neverOpen, then }, {}, known)).toEqual(toPeople('closed', '+18005550130'));
    const allClosed = {
      agent: { ...agent, queues: queues.map((queue) => ({ ...queue, hours: hours.parse(neverOpen) })) },
    };
    expect(decided({ hours: neverOpen, then }, {}, allClosed)).toEqual(toPeople('closed', '+18005550160'));
  });

  it('the agent can answer all the same, but not while it is off', () => {
    const then = { closed: 'answer' as const, off: { refuse: 'busy' as const } };
    expect(decided({ hours: neverOpen, then })).toEqual(answered);
    expect(decided({ hours: neverOpen, then, agent: 'off' })).toEqual(refused('off', 'busy'));
  });

  it('is when the clock of their zone says so', () => {
    // The offer came on a Monday at 14:13 in Greenwich, 10:13 in New York.
    const weekly = { monday: ['09:00-11:00'] };
    expect(decided({ hours: { zone: 'America/New_York', weekly } })).toEqual(answered);
    expect(decided({ hours: { zone: 'UTC', weekly } })).toEqual(toPeople('closed'));
  });
});

describe('a line of its own', () => {
  const others = { numbers: ['+18005550111'] };
  const ours = { numbers: [offer.to] };

  it('is closed while the others are open', () => {
    expect(decided({ lines: [{ ...ours, hours: neverOpen }] })).toEqual(toPeople('closed'));
    expect(decided({ lines: [{ ...others, hours: neverOpen }] })).toEqual(answered);
  });

  it('is switched off alone, and with everything else', () => {
    expect(decided({ lines: [{ ...ours, agent: 'off' }] })).toEqual(toPeople('off'));
    expect(decided({ lines: [{ ...others, agent: 'off' }] })).toEqual(answered);
    expect(decided({ agent: 'off', lines: [{ ...ours, agent: 'on' }] })).toEqual(toPeople('off'));
  });

  it('has its own way for its callers, and for the rest that of all', () => {
    const then = { closed: { queue: 'night-desk' }, off: { refuse: 'busy' as const } };
    const lines = [{ ...ours, hours: neverOpen, then: { closed: { number: '+18005550190' } } }];
    expect(decided({ then, lines })).toEqual(toPeople('closed', '+18005550190'));
    expect(decided({ agent: 'off', then, lines: [{ ...ours, then: {} }] })).toEqual(refused('off', 'busy'));
  });
});

describe('while the agent is switched off', () => {
  it('callers go to people', () => {
    expect(decided({ agent: 'off' })).toEqual(toPeople('off'));
  });

  it('callers are refused where the SBC has another route for them', () => {
    expect(decided({ agent: 'off', then: { off: { refuse: 'unavailable' } } })).toEqual(refused('off', 'none'));
  });
});

describe('the bridges', () => {
  const region = (state: AdmissionFacts['region']) => ({ region: state });

  it('that nobody has heard of keep nobody out: a new deployment has none yet', () => {
    expect(decided({}, {}, region({ state: 'unknown' }))).toEqual(answered);
  });

  it('with room for a call get it', () => {
    expect(decided({}, {}, region({ state: 'serving', freeCalls: 1 }))).toEqual(answered);
  });

  it('without room send callers to people, or back to the SBC', () => {
    const full = region({ state: 'serving', freeCalls: 0 });
    expect(decided({}, {}, full)).toEqual(toPeople('full'));
    expect(decided({ then: { full: { refuse: 'busy' } } }, {}, full)).toEqual(refused('full', 'busy'));
    expect(decided({ then: { full: 'answer' } }, {}, full)).toEqual(answered);
  });

  it('that are gone, or cannot hear, think or speak, send callers to people, or back to the SBC', () => {
    const then = { unhealthy: { refuse: 'unavailable' as const } };
    for (const state of [{ state: 'gone' }, { state: 'failing', services: ['language-model'] }] as const) {
      expect(decided({}, {}, region(state))).toEqual(toPeople('unhealthy'));
      expect(decided({ then }, {}, region(state))).toEqual(refused('unhealthy', 'none'));
    }
  });
});
