import { describe, expect, it } from 'vitest';
import { agentDefinition } from '#core/agent/definition';
import { defaultQueue, failureQueue, queuesToTry } from '#core/agent/queues';

const agent = agentDefinition.parse({
  name: 'cards',
  languages: [{ language: 'en-US', voice: 'en-US-AvaNeural', greeting: 'Hello.', greetingUnknown: 'Hello.' }],
  instructions: 'Help.',
  queues: [
    { name: 'disputes', target: '+18005550110' },
    { name: 'lost-cards', target: '+18005550120' },
    { name: 'general', target: '+18005550130' },
  ],
  handover: { fallback: ['general', 'disputes'] },
});
const namesFor = (wanted: string | undefined): string[] => queuesToTry(agent, wanted).map(({ name }) => name);

describe('the queues that are tried', () => {
  it('begin with the wanted one, and none is tried twice', () => {
    expect(namesFor('lost-cards')).toEqual(['lost-cards', 'general', 'disputes']);
    expect(namesFor('disputes')).toEqual(['disputes', 'general']);
  });

  it('are the fall-back ones when the model names a queue that is not there', () => {
    expect(namesFor('refunds')).toEqual(['general', 'disputes']);
    expect(namesFor(undefined)).toEqual(['general', 'disputes']);
    expect(defaultQueue(agent)).toEqual({ name: 'general', target: '+18005550130' });
  });

  it('are the first one when there is no fall-back', () => {
    const plain = agentDefinition.parse({ ...agent, handover: {} });
    expect(defaultQueue(plain)).toEqual({ name: 'disputes', target: '+18005550110' });
  });
});

describe('the queue for failed calls', () => {
  it('is the one the agent names', () => {
    const named = agentDefinition.parse({ ...agent, failure: { queue: 'lost-cards' } });
    expect(failureQueue(named)).toEqual({ name: 'lost-cards', target: '+18005550120' });
  });

  it('is the default queue when it names none', () => {
    expect(failureQueue(agent)).toEqual(defaultQueue(agent));
  });
});
