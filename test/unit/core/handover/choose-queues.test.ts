import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentDefinition, type AgentDefinition } from '#core/agent/definition';
import { chooseQueues, queueCandidates, type QueueFacts, type Wanted } from '#core/handover/choose-queues';
import type { QueueStatus } from '#core/handover/queue-status';
import { packOf } from '../../../support/language-packs.ts';

const weekdays = { zone: 'America/New_York', weekly: { monday: ['08:00-18:00'], tuesday: ['08:00-18:00'] } };
/** Monday, ten in the morning in New York. */
const monday = Date.parse('2026-11-23T15:00:00Z');
/** Monday, eight in the evening there. */
const evening = Date.parse('2026-11-24T01:00:00Z');

function agentWith(fields: Readonly<Record<string, unknown>> = {}): AgentDefinition {
  return agentDefinition.parse({
    name: 'cards',
    languages: [{ language: 'en-US', voice: 'en-US-AvaNeural', greeting: 'Hello.', greetingUnknown: 'Hello.' }],
    instructions: 'Help.',
    queues: [
      {
        name: 'disputes',
        target: '+18005550110',
        topics: ['a charge the caller does not recognise', 'a refund that did not come'],
        hours: weekdays,
      },
      { name: 'lost-cards', target: '+18005550120', topics: ['a lost or stolen card'] },
      { name: 'spanish', target: '+18005550125', topics: ['everything else'], languages: ['es'] },
      { name: 'general', target: '+18005550130', topics: ['everything else'], languages: ['en'], hours: weekdays },
    ],
    handover: { fallback: ['general'] },
    ...fields,
  });
}

const factsWith = (fields: Partial<QueueFacts> = {}): QueueFacts => ({
  nowMs: monday,
  language: 'en-US',
  about: [],
  stopWords: packOf('en').stopWords,
  statuses: new Map(),
  ...fields,
});
const wants = (queue: string | undefined, reason: Wanted['reason'] = 'caller-asked'): Wanted => ({ reason, queue });
const status = (fields: Partial<QueueStatus>): QueueStatus => ({
  isOpen: undefined,
  waitMinutes: undefined,
  agentsAvailable: undefined,
  ...fields,
});

describe('the queue a caller is brought to', () => {
  it('is the one the model named, then the fall-back order', () => {
    expect(chooseQueues(agentWith(), wants('lost-cards'), factsWith())).toEqual({
      kind: 'open',
      queues: ['lost-cards', 'general'],
      waitMinutes: undefined,
    });
  });

  it.each([
    ['I do not recognise this charge', 'disputes'],
    ['I want my refund!', 'disputes'],
    ['My card was stolen', 'lost-cards'],
    ['my CARDS', 'lost-cards'],
  ])('is the one whose topics the caller speaks of: %j', (said, queue) => {
    const { queues } = chooseQueues(agentWith(), wants(undefined), factsWith({ about: [said] }));
    expect(queues[0]).toBe(queue);
  });

  it('is the one of the surer text when two speak of different topics', () => {
    const about = ['something of no topic', 'a stolen card', 'the refund'];
    expect(chooseQueues(agentWith(), wants(undefined), factsWith({ about })).queues[0]).toBe('lost-cards');
  });

  it('is the one of the topic when the model names a queue that is not there', () => {
    const { queues } = chooseQueues(agentWith(), wants('refunds'), factsWith({ about: ['a refund'] }));
    expect(queues).toEqual(['disputes', 'general']);
  });

  it('is the default one when nobody says what it is about', () => {
    expect(chooseQueues(agentWith(), wants(undefined), factsWith({ about: ['hello?'] })).queues).toEqual(['general']);
  });
});

describe('a queue that is closed', () => {
  it('is left out while another is open', () => {
    const { queues } = chooseQueues(agentWith(), wants('disputes'), factsWith({ nowMs: evening }));
    expect(queues).toEqual(['disputes', 'general']);
    const withOpen = agentWith({ handover: { fallback: ['general', 'lost-cards'] } });
    expect(chooseQueues(withOpen, wants('disputes'), factsWith({ nowMs: evening }))).toMatchObject({
      kind: 'open',
      queues: ['lost-cards'],
    });
  });

  it('is known as such, with the time when somebody is there again, when no other is open', () => {
    expect(chooseQueues(agentWith(), wants('disputes'), factsWith({ nowMs: evening }))).toEqual({
      kind: 'closed',
      queues: ['disputes', 'general'],
      opening: { atMs: Date.parse('2026-11-24T13:00:00Z'), zone: 'America/New_York', nowMs: evening },
    });
  });

  it('is one whose people say so within its hours, and nobody knows when they are back', () => {
    const statuses = new Map([
      ['disputes', status({ isOpen: false })],
      ['general', status({ isOpen: false })],
    ]);
    expect(chooseQueues(agentWith(), wants('disputes'), factsWith({ statuses }))).toMatchObject({
      kind: 'closed',
      opening: undefined,
    });
  });

  it('is open when its people say so out of hours', () => {
    const statuses = new Map([['disputes', status({ isOpen: true, waitMinutes: 7 })]]);
    expect(chooseQueues(agentWith(), wants('disputes'), factsWith({ nowMs: evening, statuses }))).toEqual({
      kind: 'open',
      queues: ['disputes'],
      waitMinutes: 7,
    });
  });
});

describe('how long the wait is', () => {
  it('is that of the queue that is asked first', () => {
    const statuses = new Map([
      ['disputes', status({ waitMinutes: 12 })],
      ['general', status({ waitMinutes: 1 })],
    ]);
    expect(chooseQueues(agentWith(), wants('disputes'), factsWith({ statuses }))).toMatchObject({ waitMinutes: 12 });
  });

  it('is not known where nobody reports it', () => {
    const statuses = new Map([['disputes', status({ agentsAvailable: 3 })]]);
    expect(chooseQueues(agentWith(), wants('disputes'), factsWith({ statuses }))).toMatchObject({
      waitMinutes: undefined,
    });
  });
});

describe('a caller who speaks another language', () => {
  it('gets people who speak it first, also those nobody asked for, and then the others', () => {
    const spanish = factsWith({ language: 'es-US' });
    expect(chooseQueues(agentWith(), wants('general'), spanish).queues).toEqual(['spanish', 'general']);
    expect(chooseQueues(agentWith(), wants('disputes'), spanish).queues).toEqual(['disputes', 'spanish', 'general']);
  });

  it('gets whom there is when nobody speaks it', () => {
    expect(chooseQueues(agentWith(), wants('general'), factsWith({ language: 'de-DE' })).queues).toEqual(['general']);
  });
});

describe('a call in which something failed', () => {
  const agent = agentWith({ failure: { queue: 'lost-cards' } });

  it('goes to the queue for failed calls, whatever it is about', () => {
    const { queues } = chooseQueues(agent, wants(undefined, 'failure'), factsWith({ about: ['a refund'] }));
    expect(queues).toEqual(['lost-cards', 'general']);
  });

  it('goes to the queue of its topic where none is named for failures', () => {
    const { queues } = chooseQueues(agentWith(), wants(undefined, 'failure'), factsWith({ about: ['a refund'] }));
    expect(queues).toEqual(['disputes', 'general']);
  });

  it('is what the last queue of any other hand-over is for', () => {
    expect(chooseQueues(agent, wants('disputes'), factsWith()).queues).toEqual(['disputes', 'general', 'lost-cards']);
  });
});

describe('any choice', () => {
  const anyStatus = fc.record({
    isOpen: fc.constantFrom(true, false, undefined),
    waitMinutes: fc.constantFrom(0, 5, undefined),
    agentsAvailable: fc.constant(undefined),
  });
  const names = ['disputes', 'lost-cards', 'spanish', 'general'];

  it('names queues of the agent, each once and all of those that were asked, whatever was wanted', () => {
    fc.assert(
      fc.property(
        fc.record({
          reason: fc.constantFrom('caller-asked', 'agent-decided', 'policy', 'failure'),
          queue: fc.oneof(fc.constantFrom(...names), fc.string()),
        }),
        fc.record({
          nowMs: fc.integer({ min: monday, max: monday + 14 * 86_400_000 }),
          language: fc.constantFrom('en-US', 'es', 'de-DE', ''),
          about: fc.array(fc.string()),
          stopWords: fc.constant([]),
          statuses: fc.array(fc.tuple(fc.constantFrom(...names), anyStatus)).map((known) => new Map(known)),
        }),
        (wanted, facts) => {
          const agent = agentWith();
          const { kind, queues } = chooseQueues(agent, wanted, facts);
          const candidates = queueCandidates(agent, wanted, facts);
          expect(new Set(queues).size).toBe(queues.length);
          for (const queue of queues) expect(candidates).toContain(queue);
          for (const queue of candidates) expect(names).toContain(queue);
          if (kind === 'closed') expect(queues).toEqual(candidates);
        },
      ),
    );
  });
});
