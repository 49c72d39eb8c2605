import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HttpTools } from '#adapters/http-tools/http-tools';
import type { SessionStore } from '#core/ports/session-store';
import type { ToolResult } from '#core/ports/tool-runner';
import { connectMedia, type AcsMediaSocket } from '../../support/acs-media-socket.ts';
import { startBridgeUnderTest, type BridgeUnderTest } from '../../support/bridge-under-test.ts';
import { connectionId, offer } from '../../support/offered-call.ts';
import { toolCall, words } from '../../support/scripted-language-model.ts';
import { final } from '../../support/scripted-speech-to-text.ts';
import { agentSaying } from '../../support/turn-play.ts';

const { callId } = offer;
const agents = agentSaying('Hello.', { resume: 'Please go on.', resumeAnswer: 'I am back.' });

/** A tool that changes something, and answers when it is told to. */
let blocked: PromiseWithResolvers<ToolResult>;
let asked: number;
let onAsked: () => void;
const httpTools: HttpTools = {
  runner: () => ({
    tools: [{ name: 'block_card', description: 'Blocks the card.', parameters: {} }],
    changes: () => true,
    meanwhile: () => undefined,
    run: () => {
      asked += 1;
      onAsked();
      return blocked.promise;
    },
  }),
  close: () => undefined,
};

let one: BridgeUnderTest;
let other: BridgeUnderTest;

beforeEach(async () => {
  blocked = Promise.withResolvers();
  asked = 0;
  onAsked = () => undefined;
  const tools = { httpTools, customers: undefined, knowledge: undefined, log: pino({ level: 'silent' }) };
  one = await startBridgeUnderTest({ agents, tools });
  other = await startBridgeUnderTest({ agents, tools, calls: one.calls, sessions: one.sessions });
  await one.putCall();
});

afterEach(async () => {
  await Promise.all([one.close(), other.close()]);
});

async function connect(under: BridgeUnderTest): Promise<AcsMediaSocket> {
  const result = await connectMedia(under.mediaUrl(callId), {
    authorization: await under.token(),
    'x-ms-call-connection-id': connectionId,
  });
  if (!result.accepted) throw new Error(`refused with ${result.status}`);
  return result.socket;
}

const said = (under: BridgeUnderTest, text: string) => under.line('agent said', (line) => line['text'] === text);
const row = () => one.sessions.rows.get(callId);
/** It is written once a second at most. */
const rowHas = (check: () => void) => vi.waitFor(check, { timeout: 5_000 });

describe('a call that another bridge takes over', () => {
  it('goes on there, and the bridge that had it leaves the row alone and ends its session', async () => {
    const first = await connect(one);
    await said(one, 'Hello.');
    await rowHas(() => expect(row()?.turns).toHaveLength(1));
    await connect(other);
    await said(other, 'Please go on.');
    // It does not know yet that nobody listens to it any more.
    one.model.script(words('Too late.'));
    one.ears.recognise(final('Is anybody there?'));
    expect(await first.closed).toBe(1000);
    expect(await one.line('media closed')).toMatchObject({ reason: 'replaced' });
    await rowHas(() => expect(row()?.turns.map(({ text }) => text)).toEqual(['Hello.', 'Please go on.']));
  });

  it('is answered there when its caller was waiting for an answer', async () => {
    const first = await connect(one);
    await said(one, 'Hello.');
    one.ears.recognise(final('Where is my card?'));
    await rowHas(() => expect(row()?.unfinished).toMatchObject({ stage: { kind: 'answering' } }));
    first.cut();
    other.model.script(words('It is on its way.'));
    await connect(other);
    await said(other, 'I am back.');
    await said(other, 'It is on its way.');
    const [request] = other.model.requests;
    expect(request?.messages.filter(({ role }) => role === 'user').at(-1)?.text).toBe('Where is my card?');
  });

  it('knows of a change that was begun, and that nobody knows whether it was made', async () => {
    const seen: unknown[] = [];
    onAsked = () => seen.push(row()?.unfinished.tools);
    const first = await connect(one);
    await said(one, 'Hello.');
    one.model.script(toolCall('block_card', {}), words('It is blocked.'));
    one.ears.recognise(final('Block my card.'));
    await vi.waitFor(() => expect(asked).toBe(1));
    // Written down before it was sent.
    expect(seen).toEqual([['block_card']]);
    first.cut();
    other.model.script(words('Let me have that checked.'));
    await connect(other);
    await said(other, 'Let me have that checked.');
    expect(JSON.stringify(other.model.requests[0])).toMatch(/block_card.*may have been done or not/);
    blocked.resolve({ outcome: 'done', text: 'Done.' });
  });

  it('is given away in order by a bridge that ends, and nobody notices', async () => {
    const first = await connect(one);
    await said(one, 'Hello.');
    const closing = one.bridge.close(1);
    expect(await first.closed).toBe(1012);
    expect(one.sessions.ownership(callId)).toBe('released');
    await closing;
    await connect(other);
    expect(await other.line('conversation resumed')).toMatchObject({ how: 'moved', stage: 'listening' });
    other.model.script(words('Yes, it is.'));
    other.ears.recognise(final('Is it blocked?'));
    await said(other, 'Yes, it is.');
    expect(other.lines.filter(({ msg }) => msg === 'agent said').map(({ text }) => text)).toEqual(['Yes, it is.']);
  });

  it('is not given away while a change is under way', async () => {
    const first = await connect(one);
    await said(one, 'Hello.');
    one.model.script(toolCall('block_card', {}), words('It is blocked.'));
    one.ears.recognise(final('Block my card.'));
    await vi.waitFor(() => expect(asked).toBe(1));
    void one.bridge.close(1);
    await vi.waitFor(() => expect(one.bridge.registry.state).toBe('draining'));
    blocked.resolve({ outcome: 'done', text: 'Done.' });
    expect(await first.closed).toBe(1012);
    expect(row()?.turns).toContainEqual(expect.objectContaining({ by: 'tool', name: 'block_card', text: 'Done.' }));
  });

  it('stays where it is when the bridge that claims it begins to end', async () => {
    await connect(one);
    await said(one, 'Hello.');
    const [claiming, claimed] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const sessions: SessionStore = {
      ...one.sessions,
      claim: async (...request) => {
        const lease = await one.sessions.claim(...request);
        claiming.resolve(undefined);
        await claimed.promise;
        return lease;
      },
    };
    const third = await startBridgeUnderTest({ agents, calls: one.calls, sessions });
    try {
      const refused = connectMedia(third.mediaUrl(callId), {
        authorization: await third.token(),
        'x-ms-call-connection-id': connectionId,
      });
      await claiming.promise;
      const closing = third.bridge.close(60_000);
      claimed.resolve(undefined);
      expect(await refused).toMatchObject({ accepted: false, status: 503 });
      await closing;
      one.model.script(words('It is on its way.'));
      one.ears.recognise(final('Where is my card?'));
      await said(one, 'It is on its way.');
      await rowHas(() => expect(row()?.turns.at(-1)?.text).toBe('It is on its way.'));
      expect(one.bridge.registry.size).toBe(1);
    } finally {
      await third.close();
    }
  });

  it('is left alone by an ended session that could not claim it while storage was down', async () => {
    const isDown = new Error('storage is down');
    let state: 'down' | 'up' = 'down';
    const sessions: SessionStore = {
      ...one.sessions,
      claim: (...request) => (state === 'down' ? Promise.reject(isDown) : one.sessions.claim(...request)),
    };
    const third = await startBridgeUnderTest({ agents, calls: one.calls, sessions });
    try {
      const first = await connect(third);
      await said(third, 'Hello.');
      first.cut();
      await third.line('media closed');
      state = 'up';
      await connect(other);
      await said(other, 'Hello.');
      await third.line('session row not written', ({ err }) => JSON.stringify(err).includes('has ended'));
      other.model.script(words('It is on its way.'));
      other.ears.recognise(final('Where is my card?'));
      await said(other, 'It is on its way.');
      expect(other.bridge.registry.size).toBe(1);
    } finally {
      await third.close();
    }
  });
});
