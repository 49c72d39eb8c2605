import { describe, expect, it, vi, type TestContext } from 'vitest';
import { PortError } from '#core/ports/error';
import { connectMedia, type AcsMediaSocket } from '../../support/acs-media-socket.ts';
import { startBridgeUnderTest, type BridgeUnderTest } from '../../support/bridge-under-test.ts';
import { callIn } from '../../support/call.ts';
import { connectionId, offer } from '../../support/offered-call.ts';
import { final } from '../../support/scripted-speech-to-text.ts';
import { agentSaying } from '../../support/turn-play.ts';

const { callId } = offer;

interface Call {
  readonly under: BridgeUnderTest;
  readonly connect: (call?: typeof offer) => Promise<AcsMediaSocket>;
  readonly greeted: () => Promise<unknown>;
  /** Something is asked, and the agent answers it. */
  readonly answered: () => Promise<void>;
}

/** A bridge of the test's own, with a call that waits for its media. */
async function callAt({ onTestFinished }: TestContext): Promise<Call> {
  const under = await startBridgeUnderTest({ agents: agentSaying('Hello.') });
  onTestFinished(() => under.close());
  await under.putCall();
  return {
    under,
    connect: async (call = offer) => {
      const result = await connectMedia(under.mediaUrl(call.callId), {
        authorization: await under.token(),
        'x-ms-call-connection-id': connectionId,
      });
      if (!result.accepted) throw new Error(`refused with ${result.status}`);
      return result.socket;
    },
    greeted: () => under.line('agent said', (line) => line['text'] === 'Hello.'),
    answered: async () => {
      under.ears.recognise(final('Are you there?'));
      await under.line('agent said', (line) => line['text'] === 'All right.');
    },
  };
}

describe.concurrent('a media socket that carries rubbish', () => {
  const silence = Buffer.alloc(640).toString('base64');
  const audio = (audioData: unknown) => JSON.stringify({ kind: 'AudioData', audioData });
  it.for<readonly [string, string]>([
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
  ])('goes on after %s', async ([, message], context) => {
    const { under, connect, greeted } = await callAt(context);
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

  it('goes on after binary frames', async (context) => {
    const { under, connect, greeted, answered } = await callAt(context);
    const socket = await connect();
    await greeted();
    socket.sendRaw(Buffer.from([0, 1, 2, 255]), true);
    await answered();
    expect(await under.line('media message ignored')).toMatchObject({ problem: 'malformed', where: 'frame type' });
  });

  it('never has its content in the log, nor a line for each message', async (context) => {
    const { under, connect } = await callAt(context);
    const socket = await connect();
    for (let sent = 0; sent < 500; sent += 1) socket.sendRaw('{"kind":"AudioData","audioData":{"data":"secret!"}}');
    socket.close();
    expect(await under.line('media closed')).toMatchObject({ malformed: 500, reason: 'socket-closed' });
    expect(under.lines.filter(({ msg }) => msg === 'media message ignored')).toHaveLength(1);
    expect(JSON.stringify(under.lines)).not.toContain('secret!');
  });

  it('ends its own call only, when it breaks the WebSocket protocol', async (context) => {
    const { under, connect } = await callAt(context);
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

describe.concurrent('a media socket that drops', () => {
  it('ends its session and leaves nothing behind', async (context) => {
    const { under, connect } = await callAt(context);
    const socket = await connect();
    await socket.count('AudioData', 1);
    socket.cut();
    await under.line('media closed');
    await vi.waitFor(() => expect(under.bridge.registry.size).toBe(0));
    expect(under.openDetectors).toBe(0);
    expect(under.ears.streams.map(({ closed }) => closed)).toEqual([true]);
  });

  it('is taken up again where the talk was, with one honest sentence', async (context) => {
    const { under, connect, greeted, answered } = await callAt(context);
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

  it('is replaced by its reconnection, also when nobody has noticed that it is dead', async (context) => {
    const { under, connect, greeted } = await callAt(context);
    const first = await connect();
    await greeted();
    const second = await connect();
    await first.closed;
    expect(await under.line('media closed')).toMatchObject({ reason: 'replaced' });
    expect(second.isOpen).toBe(true);
    expect(under.bridge.registry.size).toBe(1);
  });

  it('is replaced by one reconnection when two come at the same time', async (context) => {
    const { under, connect } = await callAt(context);
    const sockets = await Promise.all([connect(), connect()]);
    await Promise.race(sockets.map(({ closed }) => closed));
    await under.line('media closed');
    expect(sockets.filter(({ isOpen }) => isOpen)).toHaveLength(1);
    expect(under.bridge.registry.size).toBe(1);
    expect(under.openDetectors).toBe(1);
  });
});

describe.concurrent('a call that has ended', () => {
  it('ends its media session although its socket stays open', async (context) => {
    const { under, connect, greeted } = await callAt(context);
    const socket = await connect();
    await greeted();
    await under.putCall(callIn.ended);
    expect(await socket.closed).toBe(1000);
    expect(await under.line('media closed')).toMatchObject({ reason: 'call-ended' });
  });
});

describe.concurrent('a session row that cannot be written', () => {
  it('does not stop the talk', async (context) => {
    const { under, connect, greeted, answered } = await callAt(context);
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
