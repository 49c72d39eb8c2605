import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SAMPLES_PER_FRAME } from '#core/audio/pcm';
import { PortError } from '#core/ports/error';
import type { TransferRequest } from '#core/ports/call-control';
import { connectMedia, type AcsMediaSocket } from '../../support/acs-media-socket.ts';
import { startBridgeUnderTest, type BridgeUnderTest } from '../../support/bridge-under-test.ts';
import { callIn } from '../../support/call.ts';
import { connectionId, offer } from '../../support/offered-call.ts';
import { toolCall, words } from '../../support/scripted-language-model.ts';
import { final, partial } from '../../support/scripted-speech-to-text.ts';
import { agentSaying } from '../../support/turn-play.ts';

const { callId } = offer;
const LOUD = 12_000;

let under: BridgeUnderTest;
let socket: AcsMediaSocket;

async function call(changes: Parameters<typeof startBridgeUnderTest>[0] = {}): Promise<void> {
  under = await startBridgeUnderTest(changes);
  await under.putCall();
  const result = await connectMedia(under.mediaUrl(callId), {
    authorization: await under.token(),
    'x-ms-call-connection-id': connectionId,
  });
  if (!result.accepted) throw new Error(`refused with ${result.status}`);
  ({ socket } = result);
}

const said = (text: string) => under.line('agent said', (line) => line['text'] === text);
const transfers = (): TransferRequest[] =>
  under.control.asked
    .filter(({ operation }) => operation === 'transfer')
    .map(({ request }) => request as TransferRequest);

async function transferAsked(nth: number): Promise<TransferRequest> {
  const asked = (): number => under.lines.filter(({ msg }) => msg === 'transfer requested').length;
  await under.line('transfer requested', () => asked() >= nth);
  const request = transfers()[nth - 1];
  if (request === undefined) throw new Error('no transfer');
  return request;
}

afterEach(() => under.close());

describe('a call', () => {
  beforeEach(() => call({ agents: agentSaying('Hello.') }));

  it('is greeted, understood, answered, and written down', async () => {
    under.model.script(words('Your card is blocked now. Anything else?'));
    await said('Hello.');
    socket.sendAudio(25, LOUD);
    socket.sendAudio(25);
    await vi.waitFor(() => expect(under.ears.streams[0]?.samples).toBe(50 * SAMPLES_PER_FRAME));
    under.ears.recognise(partial('I lost'), final('I lost my card.'));
    await under.line('agent speaking', (line) => line['text'] !== 'Hello.');
    const answer = await said('Your card is blocked now. Anything else?');
    expect(answer).toMatchObject({ callId, interrupted: false });
    expect(answer['latency']).toMatchObject({ totalMs: expect.any(Number) as number });
    expect(await under.line('caller said')).toMatchObject({ callId, text: 'I lost my card.', confidence: 0.9 });
    socket.close();
    await under.line('media closed');
    expect(under.sessions.rows.get(callId)?.turns.map(({ by, text }) => [by, text])).toEqual([
      ['agent', 'Hello.'],
      ['caller', 'I lost my card.'],
      ['agent', 'Your card is blocked now. Anything else?'],
    ]);
  });

  it('tells the story in order: what the caller said before the answer to it', async () => {
    await said('Hello.');
    under.ears.recognise(final('Hi.'));
    await under.line('agent speaking', (line) => line['text'] === 'All right.');
    const story = under.lines.map(({ msg }) => msg).filter((msg) => /^(caller|agent) (said|speaking)$/.test(msg));
    expect(story).toEqual(['agent speaking', 'agent said', 'caller said', 'agent speaking']);
  });

  it('gives the model headers and customer as data, fenced, and the caller in their own words', async () => {
    await said('Hello.');
    under.ears.recognise(final('Hi.'));
    await said('All right.');
    const [request] = under.model.requests;
    const data = request?.messages.find(({ text }) => text.startsWith('<data>'));
    expect(data?.text).toContain('disputed charge');
    expect(request?.messages.at(-1)).toEqual({ role: 'user', text: 'Hi.' });
  });

  it('sends no more than a few frames ahead of the ear', async () => {
    await socket.count('AudioData', 1);
    // "Hello." is one word of 200 ms.
    await said('Hello.');
    expect(socket.messages.filter(({ kind }) => kind === 'AudioData')).toHaveLength(10);
  });
});

describe('a caller who interrupts', () => {
  beforeEach(() => call({ agents: agentSaying('one two three four five six seven eight nine ten') }));

  it('makes the front drop what it has, and the transcript keeps the words that were heard', async () => {
    await socket.count('AudioData', 40);
    under.ears.recognise(partial('Wait'));
    await socket.count('StopAudio', 1);
    const sent = socket.messages.filter(({ kind }) => kind === 'AudioData').length;
    expect(await under.line('interruption')).toMatchObject({ callId });
    const cut = await under.line('agent said');
    expect(cut).toMatchObject({ interrupted: true });
    expect(cut['text']).toMatch(/^one two three/);
    expect(cut['text']).not.toContain('ten');
    under.ears.recognise(final('Wait.'));
    await under.line('agent speaking', (line) => line['text'] === 'All right.');
    // Nothing of the greeting after StopAudio.
    expect(socket.messages.findIndex(({ kind }) => kind === 'StopAudio')).toBe(sent);
  });

  it('needs no words: a voice that goes on is enough', async () => {
    await socket.count('AudioData', 1);
    socket.sendAudio(25, LOUD);
    await socket.count('StopAudio', 1);
  });

  it('does not interrupt with silence, however much of it', async () => {
    socket.sendAudio(200);
    await said('one two three four five six seven eight nine ten');
    expect(socket.messages.some(({ kind }) => kind === 'StopAudio')).toBe(false);
  });

  it('does not interrupt by hanging up', async () => {
    await socket.count('AudioData', 30);
    socket.close();
    await under.line('media closed');
    expect(under.lines.some(({ msg }) => msg === 'interruption')).toBe(false);
    expect(await under.line('agent said')).toMatchObject({ interrupted: true });
  });
});

describe('a caller who presses keys', () => {
  it('is heard, and the number is answered', async () => {
    await call({ agents: agentSaying('Hello.') });
    await said('Hello.');
    for (const key of ['1', '2', 'pound']) socket.press(key);
    await said('All right.');
    expect(under.model.requests[0]?.messages.at(-1)).toEqual({ role: 'user', text: '[keypad: 12]' });
    expect(await under.line('key pressed')).toMatchObject({ callId, key: '1' });
  });
});

describe('a hand-over', () => {
  const agents = agentSaying(
    'Hello.',
    { announcement: 'Connecting.' },
    { handover: { confirm: false, fallback: ['general'] } },
  );
  const request = { queue: 'disputes', caller_asked: true, intent: 'dispute', summary: 'Disputes 42 dollars.' };

  beforeEach(async () => {
    await call({ agents });
    under.model.script(toolCall('transfer_to_person', request));
    await said('Hello.');
    under.ears.recognise(final('I want a person.'));
  });

  const outcome = (id: string, accepted: boolean) =>
    under.putCall({
      ...callIn[accepted ? 'handed-over' : 'talking'],
      transfer: {
        id,
        target: undefined,
        result: accepted ? { kind: 'accepted', atMs: 1 } : { kind: 'failed', atMs: 1, code: 486, subCode: 560_486 },
      },
    });

  it('is asked for with what was learned in the headers, after the announcement', async () => {
    const transfer = await transferAsked(1);
    expect(under.lines.findIndex(({ msg, text }) => msg === 'agent said' && text === 'Connecting.')).toBeGreaterThan(0);
    expect(transfer).toMatchObject({ connectionId, target: '+18005550142' });
    expect(JSON.stringify(transfer.headers)).toContain('Disputes');
    expect(transfer.callbackUri).toMatch(
      /^https:\/\/functions\/api\/calls\/c-0123456789abcdef01234567\/events\?ticket=v1\./,
    );
    expect(await under.line('tool called')).toMatchObject({ callId, name: 'transfer_to_person' });
  });

  it('goes to the next queue when the first is busy', async () => {
    const first = await transferAsked(1);
    await outcome(first.transferId, false);
    expect(await under.line('transfer outcome')).toMatchObject({ result: 'failed', code: 486, subCode: 560_486 });
    const second = await transferAsked(2);
    expect(second.target).toBe('+18005550141');
    await outcome(second.transferId, true);
    await under.line('transfer outcome', (line) => line['result'] === 'accepted');
  });

  it('is told to the caller when nobody takes it, and the call is hung up', async () => {
    await outcome((await transferAsked(1)).transferId, false);
    await outcome((await transferAsked(2)).transferId, false);
    await said('Nobody can take your call.');
    expect(under.control.operations()).toContain('hangUp');
    expect(under.sessions.rows.get(callId)?.packet).toMatchObject({ intent: 'dispute', reason: 'caller-asked' });
  });
});

describe('a call that the front does not end when the bridge asks for it', () => {
  it('is given up with its end in the session row: whoever reads that ends the call', async () => {
    await call({ agents: agentSaying('Hello.', { goodbye: 'Goodbye.' }) });
    under.control.fail('hangUp', new PortError('call-control', 'hang-up: 403', { retryable: false, status: 403 }));
    under.model.script(toolCall('end_call', {}));
    await said('Hello.');
    under.ears.recognise(final('That was all.'));
    expect(await socket.closed).toBe(1000);
    expect(await under.line('media closed')).toMatchObject({ reason: 'hung-up' });
    expect(under.sessions.ownership(callId)).toBe('released');
    expect(under.sessions.rows.get(callId)?.unfinished.stage).toEqual({ kind: 'leaving' });
  });
});

describe('a call of which the front sends nothing any more, though its socket is open', () => {
  it('is given up as lost, for another media session to go on', async () => {
    await call({ agents: agentSaying('Hello.'), mediaSilenceMs: 200 });
    await said('Hello.');
    expect(socket.isOpen).toBe(true);
    socket.sendAudio(5);
    expect(await socket.closed).toBe(1011);
    expect(await under.line('media closed')).toMatchObject({ reason: 'silent' });
    expect(under.sessions.ownership(callId)).toBe('held');
  });
});

describe('a call whose services fail', () => {
  it('reaches a person when the model does not answer', async () => {
    await call({ agents: agentSaying('Hello.', { trouble: 'Trouble.' }) });
    const down = new PortError('language-model', 'down', { retryable: true, status: 500 });
    under.model.script([down], [down], [down]);
    await said('Hello.');
    under.ears.recognise(final('My card is lost.'));
    const transfer = await transferAsked(1);
    expect(under.lines.some(({ msg, text }) => msg === 'agent said' && text === 'Trouble.')).toBe(true);
    // The caller's own words, since there is no model to sum them up.
    expect(JSON.stringify(transfer.headers)).toContain('card');
  });

  it('reaches a person when nothing can be spoken any more', async () => {
    under = await startBridgeUnderTest({ agents: agentSaying('Hello.') });
    await under.putCall();
    const mute = new PortError('text-to-speech', 'down', { retryable: false });
    under.voice.fail(...Array.from({ length: 10 }, () => mute));
    const result = await connectMedia(under.mediaUrl(callId), { authorization: await under.token() });
    expect(result.accepted).toBe(true);
    await under.line('reply failed');
    under.ears.recognise(final('Hello?'));
    await transferAsked(1);
  });

  it('reaches a person when nothing is understood any more', async () => {
    under = await startBridgeUnderTest({ agents: agentSaying('Hello.', { trouble: 'Trouble.' }) });
    await under.putCall();
    under.ears.failOpening(new PortError('speech-to-text', 'no such key', { retryable: false }));
    await connectMedia(under.mediaUrl(callId), { authorization: await under.token() });
    await transferAsked(1);
  });

  it('is understood again when the recogniser comes back', async () => {
    await call({ agents: agentSaying('Hello.') });
    await said('Hello.');
    under.ears.streams[0]?.fail(new PortError('speech-to-text', 'lost', { retryable: true }));
    await under.line('recogniser lost');
    socket.sendAudio(10, LOUD);
    await vi.waitFor(() => expect(under.ears.streams).toHaveLength(2));
    under.ears.recognise(final('Still here.'));
    await under.line('caller said', (line) => line['text'] === 'Still here.');
  });
});
