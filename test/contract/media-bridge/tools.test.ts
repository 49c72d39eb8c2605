import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { pino } from 'pino';
import { httpTools } from '#adapters/http-tools/http-tools';
import { fileDirectory } from '#adapters/customers/file-directory';
import { markdownKnowledge } from '#adapters/knowledge/markdown-folder';
import { connectMedia, type AcsMediaSocket } from '../../support/acs-media-socket.ts';
import { startBridgeUnderTest, type BridgeUnderTest } from '../../support/bridge-under-test.ts';
import { startHttpRecorder, type HttpRecorder } from '../../support/http-recorder.ts';
import { connectionId, offer } from '../../support/offered-call.ts';
import { toolCall, words } from '../../support/scripted-language-model.ts';
import { final } from '../../support/scripted-speech-to-text.ts';
import { agentSaying, packs } from '../../support/turn-play.ts';

const { callId } = offer;
const inRepository = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const log = pino({ level: 'silent' });
const knowledge = markdownKnowledge(inRepository('agents/knowledge'), packs);
const customers = fileDirectory(inRepository('emulator/enterprise/customers.yaml'));

let crm: HttpRecorder;
let under: BridgeUnderTest;
let socket: AcsMediaSocket;

beforeAll(async () => {
  crm = await startHttpRecorder();
});
afterAll(() => crm.close());
afterEach(() => under.close());

async function call(): Promise<void> {
  const agents = agentSaying(
    'Hello.',
    { knowledgeIntro: 'I have found this:' },
    {
      knowledge: { about: 'cards' },
      tools: [
        {
          name: 'card_delivery',
          description: 'Where a card is.',
          parameters: { order: { type: 'string', description: 'Its number.', pattern: String.raw`\d+` } },
          url: `${crm.url}/orders/{order}`,
          secret: 'CRM_KEY',
          meanwhile: 'Let me look.',
          onFailure: 'I cannot see the orders.',
          result: ['status'],
        },
        {
          name: 'report_lost',
          description: 'Note a lost card.',
          method: 'POST',
          url: `${crm.url}/lost`,
          timeoutMs: 20_000,
          body: { from: '{call.from}' },
          meanwhile: 'I am noting that your card is lost, so that nobody can use it any more.',
        },
      ],
    },
  );
  const settings = {
    hosts: [new URL(crm.url).host],
    addresses: [],
    secrets: new Map([['CRM_KEY', 's3cret']]),
    allowInsecure: true,
  };
  const definitions = agents.all.map(({ definition }) => definition);
  under = await startBridgeUnderTest({
    agents,
    tools: { httpTools: httpTools(definitions, settings, log), customers, knowledge, log },
  });
  await under.putCall();
  const result = await connectMedia(under.mediaUrl(callId), {
    authorization: await under.token(),
    'x-ms-call-connection-id': connectionId,
  });
  if (!result.accepted) throw new Error(`refused with ${result.status}`);
  ({ socket } = result);
  await said('Hello.');
}

const said = (text: string) => under.line('agent said', (line) => line['text'] === text);
const heard = (text: string) => under.line('agent speaking', (line) => line['text'] === text);

async function turnsOfCall() {
  socket.close();
  await under.line('media closed');
  return under.sessions.rows.get(callId)?.turns.map((turn) => ({ ...turn, atMs: 0 }));
}

describe('an agent with tools', () => {
  it('says what it does, asks the service, and answers with what it gave', async () => {
    await call();
    crm.respond({ status: 200, json: { status: 'sent yesterday', internal: 'margin' } });
    under.model.script(toolCall('card_delivery', { order: '12345678' }), words('It was sent yesterday.'));
    under.ears.recognise(final('Where is my card?'));
    await said('Let me look. It was sent yesterday.');
    expect(crm.requests.at(-1)).toMatchObject({
      path: '/orders/12345678',
      headers: { authorization: 'Bearer s3cret' },
    });
    expect(await turnsOfCall()).toMatchObject([
      { by: 'agent', text: 'Hello.' },
      { by: 'caller', text: 'Where is my card?' },
      { by: 'tool', name: 'card_delivery', text: '{"status":"sent yesterday"}' },
      { by: 'agent', text: 'Let me look. It was sent yesterday.' },
    ]);
    expect(JSON.stringify([under.model.requests, under.lines])).not.toMatch(/s3cret|margin/);
  });

  it('is heard while the service takes its time', async () => {
    await call();
    crm.respond('hang');
    under.model.script(toolCall('card_delivery', { order: '1' }));
    under.ears.recognise(final('Where is my card?'));
    await heard('Let me look.');
    expect(under.model.requests).toHaveLength(1);
  });

  it('does not do twice what it began in an answer that was interrupted', async () => {
    await call();
    // A request of another test may arrive here late.
    const before = crm.requests.filter(({ path }) => path === '/lost').length;
    const sent = () => crm.requests.filter(({ path }) => path === '/lost').length - before;
    const answer = Promise.withResolvers<{ readonly status: number }>();
    crm.respond(answer.promise);
    under.model.script(toolCall('report_lost'), toolCall('report_lost'), words('Anything else?'));
    under.ears.recognise(final('I lost my card.'));
    await heard('I am noting that your card is lost, so that nobody can use it any more.');
    // It is sent when it is written down that it begins.
    await vi.waitFor(() => expect(sent()).toBe(1), { timeout: 5_000 });
    under.ears.recognise(final('And please hurry up.'));
    const calls = () => under.lines.filter(({ msg }) => msg === 'tool called').length;
    await under.line('tool called', () => calls() === 2);
    // Whoever asked a second time has what came of the first.
    answer.resolve({ status: 200 });
    await under.line('agent said', ({ text }) => String(text).endsWith('Anything else?'));
    expect(sent()).toBe(1);
  });

  it('says that it failed and goes on', async () => {
    await call();
    crm.respond({ status: 503 });
    under.model.script(toolCall('card_delivery', { order: '1' }), words('Anything else?'));
    under.ears.recognise(final('Where is my card?'));
    await said('Let me look. I cannot see the orders. Anything else?');
    under.model.script(words('Goodbye.'));
    under.ears.recognise(final('No, thanks.'));
    await said('Goodbye.');
  });

  it('asks nobody with what the model must not send, and lets the model try again', async () => {
    await call();
    const asked = crm.requests.length;
    under.model.script(toolCall('card_delivery', { order: '../admin' }), words('Which number is it?'));
    under.ears.recognise(final('Where is my card?'));
    await under.line('agent said', ({ text }) => String(text).endsWith('Which number is it?'));
    expect(crm.requests).toHaveLength(asked);
    expect(under.model.requests[1]?.messages.at(-1)?.text).toContain('order does not match');
  });

  it('reads out what the knowledge base says, and keeps where it stands', async () => {
    await call();
    under.model.script(toolCall('search_knowledge', { query: 'annual fee gold card' }), words('Anything else?'));
    under.ears.recognise(final('What does the gold card cost?'));
    await under.line('agent said', ({ text }) => String(text).endsWith('Anything else?'));
    const turns = (await turnsOfCall()) ?? [];
    expect(turns.at(-2)).toMatchObject({ by: 'tool', sources: ['en/fees.md#annual-fee'] });
    expect(turns.at(-1)?.text).toMatch(
      /^I have found this: The Contoso Classic card costs nothing\..*60.*Anything else\?$/,
    );
  });

  it('knows the customer who says who they are', async () => {
    await call();
    under.model.script(toolCall('lookup_customer', { customer_id: 'C-4711' }), words('Hello again.'));
    under.ears.recognise(final('My number is C 4711.'));
    await said('Hello again.');
    await turnsOfCall();
    expect(under.sessions.rows.get(callId)?.identity).toMatchObject({
      kind: 'claimed',
      by: 'words',
      customer: { id: 'C-4711' },
    });
  });
});
