import { describe, expect, it } from 'vitest';
import { claimed, unknownCaller } from '#core/identity/caller-identity';
import type { HttpTools } from '#adapters/http-tools/http-tools';
import { emptyDirectory } from '#adapters/customers/file-directory';
import { createLogger } from '#adapters/logging/logger';
import type { AgentDefinition } from '#core/agent/definition';
import { localesOf } from '#core/language/locale';
import type { PhoneNumber } from '#core/ids';
import type { Customer, CustomerDirectory } from '#core/ports/customer-directory';
import { PortError } from '#core/ports/error';
import type { KnowledgeBase, Passage } from '#core/ports/knowledge-base';
import type { ToolResult } from '#core/ports/tool-runner';
import type { ToolContext } from '#core/tools/context';
import { callToolRunner, type ToolServices } from '../../../../media-bridge/session/tool-runner.ts';
import { offer } from '../../../support/offered-call.ts';
import { agentWith, english, packs } from '../../../support/turn-play.ts';

const never = new AbortController().signal;
const ana: Customer = { id: 'C-1001', name: 'Ana Lopez', language: 'es-MX', facts: { plan: 'Gold' } };
const numberOfAna = '+14255550177' as PhoneNumber;
const fees: Passage = {
  text: 'It costs 60 dollars a year. It is taken in May.',
  title: 'Fees',
  source: 'fees.md#fees',
};
const log = createLogger('test', { level: 'silent', callerData: 'redact' });

const directory: CustomerDirectory = {
  find: (query) =>
    Promise.resolve(
      (query.by === 'id' && query.id === ana.id) || (query.by === 'number' && query.number === numberOfAna)
        ? ana
        : undefined,
    ),
};

/** A service that answers with the context it was asked in. */
const httpTools: HttpTools = {
  runner: ({ tools }, context) => ({
    tools: tools.map(({ name, description }) => ({ name, description, parameters: {} })),
    changes: () => false,
    meanwhile: () => 'Let me look.',
    run: ({ name }) =>
      Promise.resolve<ToolResult>(
        name === 'broken' ? { outcome: 'failed', text: 'x' } : { outcome: 'done', text: JSON.stringify(context()) },
      ),
  }),
  close: () => undefined,
};

const declared = (name: string) => ({ name, description: 'x', url: 'https://crm.example/' });

function callWith(fields: Parameters<typeof agentWith>[0] = {}, services: Partial<ToolServices> = {}) {
  const found: Customer[] = [];
  let agent: AgentDefinition = agentWith(fields);
  let language = 0;
  const runner = callToolRunner(
    { httpTools, customers: directory, knowledge: undefined, log, ...services },
    {
      facts: () => ({
        offer,
        agent,
        locale: localesOf(agent, packs)[language] ?? localesOf(agent, packs)[0],
        identity: found[0] === undefined ? unknownCaller : claimed(unknownCaller, found[0], 'words'),
      }),
      onCustomer: (customer) => found.push(customer),
    },
  );
  return {
    runner,
    found,
    names: () => runner.tools.map(({ name }) => name),
    become: (next: AgentDefinition) => (agent = next),
    speakSecond: () => (language = 1),
    run: (name: string, given: unknown = {}) =>
      runner.run({ id: '1', name, argumentsJson: JSON.stringify(given) }, never),
  };
}

const knows = (...passages: readonly Passage[]): KnowledgeBase => ({ search: () => Promise.resolve(passages) });

describe('the tools of a call', () => {
  it('are those the agent declares, the look-up, and the knowledge the agent uses', () => {
    const fields = { tools: [declared('order_status')] };
    expect(callWith(fields).names()).toEqual(['lookup_customer', 'order_status']);
    expect(callWith({ ...fields, knowledge: {} }, { knowledge: knows() }).names()).toEqual([
      'lookup_customer',
      'search_knowledge',
      'order_status',
    ]);
    expect(callWith(fields, { customers: undefined, knowledge: knows() }).names()).toEqual(['order_status']);
  });

  it('are those of the agent that took over', async () => {
    const call = callWith({ tools: [declared('order_status')] });
    call.become(agentWith({ tools: [declared('rates')] }));
    expect(call.names()).toEqual(['lookup_customer', 'rates']);
    expect(await call.run('order_status')).toMatchObject({ outcome: 'refused' });
  });

  it('know the call, its language, and the customer as soon as one is found', async () => {
    const languages = [english(), english({ language: 'es-MX' })];
    const call = callWith({ languages, tools: [declared('order_status')] });
    const context = async (): Promise<ToolContext> => JSON.parse((await call.run('order_status')).text) as ToolContext;
    expect(await context()).toEqual({
      callId: offer.callId,
      from: '+14255550100',
      to: offer.to,
      language: 'en-US',
      identity: unknownCaller,
    });
    await call.run('lookup_customer', { customer_id: 'C-1001' });
    call.speakSecond();
    expect(await context()).toMatchObject({
      language: 'es-MX',
      identity: { kind: 'claimed', by: 'words', customer: { id: 'C-1001' } },
    });
  });

  it('say something when they fail, in words of their own or of the language', async () => {
    const call = callWith({ tools: [declared('broken')] });
    expect(await call.run('broken')).toEqual({
      outcome: 'failed',
      text: 'x',
      spoken: [packs.get('en')?.texts.toolFailed],
    });
    expect(call.runner.meanwhile({ id: '1', name: 'broken', argumentsJson: '' })).toBe('Let me look.');
    expect(call.runner.meanwhile({ id: '1', name: 'lookup_customer', argumentsJson: '' })).toBeUndefined();
  });
});

describe('looking a customer up', () => {
  it('finds them by what the caller says, and makes them the customer of the call', async () => {
    for (const given of [{ customer_id: 'C-1001' }, { phone_number: '+1 (425) 555-0177' }]) {
      const call = callWith({ customerFacts: 'claimed' });
      expect(await call.run('lookup_customer', given)).toEqual({
        outcome: 'done',
        text: '{"id":"C-1001","name":"Ana Lopez","facts":{"plan":"Gold"}}',
      });
      expect(call.found).toEqual([ana]);
    }
  });

  it('gives no facts away where the agent keeps them for who has proven it', async () => {
    const { text } = await callWith().run('lookup_customer', { customer_id: 'C-1001' });
    expect(text).toBe('{"id":"C-1001","name":"Ana Lopez","facts":{}}');
  });

  it('says when there is nobody, or nothing to look for', async () => {
    const call = callWith({}, { customers: emptyDirectory() });
    expect(await call.run('lookup_customer', { customer_id: 'C-1001' })).toMatchObject({ outcome: 'done' });
    for (const given of [{}, { phone_number: '5550177' }, { customer_id: ['C-1001'] }, { name: 'Ana' }]) {
      expect(await call.run('lookup_customer', given)).toMatchObject({ outcome: 'refused' });
    }
    expect(call.found).toEqual([]);
  });

  it('stops when numbers are tried out', async () => {
    const call = callWith();
    for (let guess = 1; guess <= 4; guess += 1) await call.run('lookup_customer', { customer_id: `C-${guess}` });
    expect(await call.run('lookup_customer', { customer_id: 'C-1001' })).toEqual({
      outcome: 'refused',
      text: 'There were too many look-ups in this call.',
    });
    expect(call.found).toEqual([]);
  });

  it('that fails is said to the caller and told to the model', async () => {
    const customers: CustomerDirectory = {
      find: () => Promise.reject(new PortError('customer-directory', 'down', { retryable: true })),
    };
    expect(await callWith({}, { customers }).run('lookup_customer', { customer_id: 'x' })).toEqual({
      outcome: 'failed',
      text: 'The customers could not be searched.',
      spoken: [packs.get('en')?.texts.toolFailed],
    });
  });

  it('gives the model a bounded line, whatever the record says', async () => {
    const hostile = { ...ana, name: `</data>\u0000\n${'x'.repeat(9_000)}` };
    const customers: CustomerDirectory = { find: () => Promise.resolve(hostile) };
    const { text } = await callWith({}, { customers }).run('lookup_customer', { customer_id: 'x' });
    expect(text).toHaveLength(2_000);
    expect(text).not.toMatch(/\p{Cc}/u);
  });
});

describe('searching the knowledge base', () => {
  const search = (use: Readonly<Record<string, unknown>>, knowledge: KnowledgeBase) =>
    callWith({ knowledge: use }, { knowledge }).run('search_knowledge', { query: 'annual fee' });

  it('has the best passage read out after the intro, and keeps its source', async () => {
    expect(await search({}, knows(fees, { ...fees, source: 'other.md' }))).toEqual({
      outcome: 'done',
      text: '{"title":"Fees","source":"fees.md#fees","read_out":true}',
      spoken: [packs.get('en')?.texts.knowledgeIntro, 'It costs 60 dollars a year.', 'It is taken in May.'],
      sources: ['fees.md#fees'],
    });
  });

  it('reads out no more than the agent wants to say', async () => {
    const long = { ...fees, text: `${fees.text} ${'And so on it goes. '.repeat(50)}` };
    const { spoken = [] } = await search({ spokenMaxChars: 80 }, knows(long));
    expect(spoken.slice(1).join(' ')).toBe('It costs 60 dollars a year. It is taken in May. And so on it goes.');
  });

  it('lets the model answer where the agent says so', async () => {
    const { text, spoken, sources } = await search({ readOut: 'model' }, knows(fees));
    expect(JSON.parse(text)).toEqual([fees]);
    expect([spoken, sources]).toEqual([undefined, ['fees.md#fees']]);
  });

  it('says that nothing was found, and that it failed', async () => {
    expect(await search({}, knows())).toEqual({ outcome: 'done', text: 'Nothing in the knowledge base answers this.' });
    const down: KnowledgeBase = { search: () => Promise.reject(new Error('down')) };
    expect(await search({}, down)).toMatchObject({ outcome: 'failed', spoken: [packs.get('en')?.texts.toolFailed] });
  });

  it('ends with the reply that wanted it', async () => {
    const abort = new AbortController();
    const knowledge: KnowledgeBase = {
      search: (_query, _language, signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    };
    const call = { id: '1', name: 'search_knowledge', argumentsJson: '{"query":"fee"}' };
    const running = callWith({ knowledge: {} }, { knowledge }).runner.run(call, abort.signal);
    abort.abort(new Error('interrupted'));
    await expect(running).rejects.toThrow('interrupted');
  });
});
