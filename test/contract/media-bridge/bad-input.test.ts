import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PortError } from '#core/ports/error';
import { connectMedia, type AcsMediaSocket } from '../../support/acs-media-socket.ts';
import { startBridgeUnderTest, type BridgeUnderTest } from '../../support/bridge-under-test.ts';
import { callIn } from '../../support/call.ts';
import { connectionId, offer } from '../../support/offered-call.ts';
import { final } from '../../support/scripted-speech-to-text.ts';
import { agentSaying } from '../../support/turn-play.ts';

const { callId } = offer;

let under: BridgeUnderTest;
beforeEach(async () => {
  under = await startBridgeUnderTest({ agents: agentSaying('Hello.') });
  await under.putCall();
});
afterEach(() => under.close());

async function connect(call = offer): Promise<AcsMediaSocket> {
  const result = await connectMedia(under.mediaUrl(call.callId), {
    authorization: await under.token(),
    'x-ms-call-connection-id': connectionId,
  });
  if (!result.accepted) throw new Error(`refused with ${result.status}`);
  return result.socket;
}

const greeted = () => under.line('agent said', (line) => line['text'] === 'Hello.');
const answered = async (): Promise<void> => {
  under.ears.recognise(final('Are you there?'));
  await under.line('agent said', (line) => line['text'] === 'All right.');
};

describe('a media socket that carries rubbish', () => {
  const silence = Buffer.alloc(640).toString('base64');
  const audio = (audioData: unknown) => JSON.stringify({ kind: 'AudioData', audioData });
  it.each<[string, string | Buffer]>([
    ['malformed JSON', '{"kind":"AudioData","audioData":{'],
    ['no text at all', ''],
    ['JSON that is no object', '42'],
    ['JSON null', 'null'],
    ['an array', '[{"kind":"AudioData"}]'],
    ['a kind that is a number', '{"kind":7}'],
    ['a kind from a prototype', '{"kind":"__proto__"}'],
    ['a kind nobody knows', '{"kind":"TranscriptionData","transcriptionData":{}}'],
    ['audio without data', audio({ timestamp: 'now' })],
    ['audio that is null', '{"kind":"AudioData","audioData":null}'],
    ['audio that is no base64', audio({ data: '%%%%' })],
    ['audio of an odd number of bytes', audio({ data: Buffer.alloc(641).toString('base64') })],
    ['audio cut in the middle of its base64', audio({ data: silence.slice(0, 401) })],
    ['a key that is no key', '{"kind":"DtmfData","dtmfData":{"data":"<script>"}}'],
    ['metadata without a rate', '{"kind":"AudioMetadata","audioMetadata":{}}'],
    ['JSON nested without end', '['.repeat(50_000)],
    ['two megabytes', audio({ data: 'A'.repeat(2 * 1024 * 1024) })],
  ])('goes on after %s', async (_, message) => {
    const socket = await connect();
    await greeted();
    socket.sendRaw(message);
    socket.press('*');
    await under.line('key pressed');
    await under.line('media message ignored');
    under.ears.recognise(final('Are you there?'));
    await under.line('caller said');
    expect(socket.isOpen).toBe(true);
  });

  it('goes on after binary frames', async () => {
    const socket = await connect();
    await greeted();
    socket.sendRaw(Buffer.from([0, 1, 2, 255]), true);
    await answered();
    expect(await under.line('media message ignored')).toMatchObject({ problem: 'malformed', where: 'frame type' });
  });

  it('never has its content in the log, nor a line for each message', async () => {
    const socket = await connect();
    for (let sent = 0; sent < 500; sent += 1) socket.sendRaw('{"kind":"AudioData","audioData":{"data":"secret!"}}');
    socket.close();
    expect(await under.line('media closed')).toMatchObject({ malformed: 500, reason: 'socket-closed' });
    expect(under.lines.filter(({ msg }) => msg === 'media message ignored')).toHaveLength(1);
    expect(JSON.stringify(under.lines)).not.toContain('secret!');
  });

  it('ends its own call only, when it breaks the WebSocket protocol', async () => {
    const other = { ...callIn.talking.offer, callId: 'c-eeeeeeeeeeeeeeeeeeeeeeee' as typeof callId };
    await under.putCall({ ...callIn.talking, offer: other });
    const [broken, healthy] = [await connect(), await connect(other)];
    broken.sendRaw('x'.repeat(5 * 1024 * 1024));
    expect(await broken.closed).toBe(1009);
    await under.line('media closed', (line) => line['callId'] === callId);
    expect(healthy.isOpen).toBe(true);
    expect(under.bridge.registry.size).toBe(1);
  });
});

describe('a media socket that drops', () => {
  it('ends its session and leaves nothing behind', async () => {
    const socket = await connect();
    await socket.count('AudioData', 1);
    socket.cut();
    await under.line('media closed');
    await vi.waitFor(() => expect(under.bridge.registry.size).toBe(0));
    expect(under.openDetectors).toBe(0);
    expect(under.ears.streams.map(({ closed }) => closed)).toEqual([true]);
  });

  it('is taken up again where the talk was, with one honest sentence', async () => {
    const first = await connect();
    await greeted();
    first.cut();
    await under.line('media closed');
    const second = await connect();
    await under.line('agent said', (line) => line['text'] === 'I am sorry, the line was interrupted. Please go on.');
    await answered();
    const [request] = under.model.requests;
    expect(request?.messages).toContainEqual({ role: 'assistant', text: 'Hello.' });
    second.close();
  });

  it('is replaced by its reconnection, also when nobody has noticed that it is dead', async () => {
    const first = await connect();
    await greeted();
    const second = await connect();
    await first.closed;
    expect(await under.line('media closed')).toMatchObject({ reason: 'replaced' });
    expect(second.isOpen).toBe(true);
    expect(under.bridge.registry.size).toBe(1);
  });

  it('is replaced by one reconnection when two come at the same time', async () => {
    const sockets = await Promise.all([connect(), connect()]);
    await Promise.race(sockets.map(({ closed }) => closed));
    await under.line('media closed');
    expect(sockets.filter(({ isOpen }) => isOpen)).toHaveLength(1);
    expect(under.bridge.registry.size).toBe(1);
    expect(under.openDetectors).toBe(1);
  });
});

describe('a call that has ended', () => {
  it('ends its media session although its socket stays open', async () => {
    const socket = await connect();
    await greeted();
    await under.putCall(callIn.ended);
    expect(await socket.closed).toBe(1000);
    expect(await under.line('media closed')).toMatchObject({ reason: 'call-ended' });
  });
});

describe('a session row that cannot be written', () => {
  it('does not stop the talk', async () => {
    under.sessions.failSaving(
      ...Array.from({ length: 3 }, () => new PortError('session-store', 'down', { retryable: true })),
    );
    const socket = await connect();
    await greeted();
    await answered();
    socket.close();
    await under.line('media closed');
    expect(under.sessions.rows.get(callId)?.turns).toHaveLength(3);
  });
});
