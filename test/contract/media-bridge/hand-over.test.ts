import { afterEach, describe, expect, it } from 'vitest';
import type { TransferRequest } from '#core/ports/call-control';
import { PortError } from '#core/ports/error';
import { connectMedia } from '../../support/acs-media-socket.ts';
import { startBridgeUnderTest, type BridgeUnderTest } from '../../support/bridge-under-test.ts';
import { callIn } from '../../support/call.ts';
import { memoryCallBackRequests } from '../../support/memory-call-back-requests.ts';
import { connectionId, offer } from '../../support/offered-call.ts';
import { toolCall, words } from '../../support/scripted-language-model.ts';
import { scriptedQueueStatus } from '../../support/scripted-queue-status.ts';
import { final } from '../../support/scripted-speech-to-text.ts';
import { agentSaying } from '../../support/turn-play.ts';

const { callId } = offer;
const wish = {
  queue: 'disputes',
  caller_asked: true,
  intent: 'dispute',
  summary: 'Card 4111 1111 1111 1111 was charged twice.',
};

let under: BridgeUnderTest;
afterEach(() => under.close());

const said = (text: string) => under.line('agent said', (line) => line['text'] === text);

async function transferAsked(nth: number): Promise<TransferRequest> {
  const asked = (): number => under.lines.filter(({ msg }) => msg === 'transfer requested').length;
  await under.line('transfer requested', () => asked() >= nth);
  const transfers = under.control.asked.filter(({ operation }) => operation === 'transfer');
  return transfers[nth - 1]?.request as TransferRequest;
}

const texts = {
  announcement: 'Connecting.',
  closed: 'Closed.',
  offerCallBack: 'Call back?',
  callBackNumber: 'On {ending}?',
  callBackNoted: 'Noted.',
  callBackFailed: 'Not noted.',
  longWait: 'It takes {wait}.',
  connectOrCallBack: 'Which?',
  transferFailed: 'Nobody there.',
  anythingElse: 'What else?',
};

/** A caller who has been greeted and asks for a person. */
async function asksForPerson(
  handover: Readonly<Record<string, unknown>>,
  services: Parameters<typeof startBridgeUnderTest>[0] = {},
): Promise<void> {
  under = await startBridgeUnderTest({
    agents: agentSaying('Hello.', texts, { handover: { confirm: false, fallback: ['general'], ...handover } }),
    ...services,
  });
  await under.putCall();
  const result = await connectMedia(under.mediaUrl(callId), {
    authorization: await under.token(),
    'x-ms-call-connection-id': connectionId,
  });
  expect(result.accepted).toBe(true);
  under.model.script(toolCall('transfer_to_person', wish), words('All right, goodbye.'));
  await said('Hello.');
  under.ears.recognise(final('I want a person.'));
}

/** What the control plane writes of a transfer. */
function outcome(
  id: string,
  result: 'accepted' | { readonly code: number; readonly subCode: number },
): Promise<unknown> {
  return under.putCall({
    ...callIn[result === 'accepted' ? 'handed-over' : 'talking'],
    transfer: {
      id,
      target: undefined,
      result: result === 'accepted' ? { kind: 'accepted', atMs: 1 } : { kind: 'failed', atMs: 1, ...result },
    },
  });
}

const busy = { code: 486, subCode: 560_486 };
const closed = () => scriptedQueueStatus({ disputes: { isOpen: false }, general: { isOpen: false } });

describe('a caller whom nobody can take now', () => {
  it('is called back: written down with what the call was about, and only then told so', async () => {
    const callBacks = memoryCallBackRequests();
    await asksForPerson({ callBack: { offer: true } }, { queueStatus: closed(), callBacks });
    await said('Closed. Call back?');
    under.ears.recognise(final('Yes, please.'));
    await said('On 0100?');
    under.ears.recognise(final('Yes.'));
    await said('Noted. What else?');
    expect(callBacks.recorded).toEqual([
      {
        callId,
        contextId: offer.contextId,
        requestedAtMs: expect.any(Number) as number,
        queue: 'disputes',
        number: '+14255550100',
        line: 'closed',
        calledFrom: '+14255550100',
        packet: {
          intent: 'dispute',
          summary: 'Card [number removed] was charged twice.',
          language: 'en-US',
          customerId: 'C-1001',
        },
      },
    ]);
    const order = under.lines.map(({ msg, text }) => (msg === 'agent speaking' ? text : msg));
    expect(order.indexOf('call-back recorded')).toBeLessThan(order.indexOf('Noted. What else?'));
    expect(under.control.operations()).not.toContain('transfer');
    under.ears.recognise(final('That was all.'));
    await said('All right, goodbye.');
    expect(JSON.stringify(under.model.requests.at(-1)?.messages)).toContain('will call the caller back');
  });

  it('is told the truth and connected when it cannot be written down', async () => {
    const callBacks = memoryCallBackRequests(new PortError('call-back-requests', 'down', { retryable: true }));
    await asksForPerson({ callBack: { offer: true } }, { queueStatus: closed(), callBacks });
    await said('Closed. Call back?');
    under.ears.recognise(final('Yes.'));
    await said('On 0100?');
    under.ears.recognise(final('Yes.'));
    await said('Not noted.');
    expect(await transferAsked(1)).toMatchObject({ target: '+18005550142' });
  });
});

describe('how it looks in the queues', () => {
  it('is told to the caller when the wait is long', async () => {
    const queueStatus = scriptedQueueStatus({ disputes: { waitMinutes: 12 } });
    await asksForPerson({ callBack: { offer: true } }, { queueStatus });
    await said('It takes fifteen minutes. Which?');
    under.ears.recognise(final("I'll wait."));
    await said('Connecting.');
    expect(await transferAsked(1)).toMatchObject({ target: '+18005550142' });
  });

  it('is asked while the agent still speaks, and of the queues that may be tried', async () => {
    const queueStatus = scriptedQueueStatus({});
    await asksForPerson({}, { queueStatus });
    await transferAsked(1);
    expect(new Set(queueStatus.asked)).toEqual(new Set(['disputes', 'general']));
  });

  it.each(['fails', 'hangs'] as const)('is not known when the source %s: the caller is connected', async (status) => {
    await asksForPerson({}, { queueStatus: scriptedQueueStatus({ disputes: status, general: status }) });
    expect(await transferAsked(1)).toMatchObject({ target: '+18005550142' });
  });

  it('leaves out a queue that is closed', async () => {
    await asksForPerson({}, { queueStatus: scriptedQueueStatus({ disputes: { isOpen: false } }) });
    expect(await transferAsked(1)).toMatchObject({ target: '+18005550141' });
  });
});

describe('a transfer', () => {
  it('that fails gives the caller back to an agent who knows of it', async () => {
    await asksForPerson({ onFailure: 'return-to-conversation' });
    await outcome((await transferAsked(1)).transferId, busy);
    await outcome((await transferAsked(2)).transferId, { code: 480, subCode: 560_480 });
    await said('Nobody there. What else?');
    under.ears.recognise(final('Then tell me my balance.'));
    await said('All right, goodbye.');
    expect(JSON.stringify(under.model.requests.at(-1)?.messages)).toContain(
      'disputes was busy; general did not answer',
    );
    expect(under.control.operations()).not.toContain('hangUp');
  });

  it('that a person takes after the next queue was asked is no reason to hang up', async () => {
    await asksForPerson({});
    const { transferId } = await transferAsked(1);
    await outcome(transferId, busy);
    await transferAsked(2);
    await outcome(transferId, 'accepted');
    await under.line('transfer outcome', (line) => line['result'] === 'accepted');
    expect(under.control.operations()).not.toContain('hangUp');
  });

  it('has an id that no other media session of the call has given', async () => {
    await asksForPerson({});
    const { transferId } = await transferAsked(1);
    await under.close();
    await asksForPerson({});
    expect((await transferAsked(1)).transferId).not.toBe(transferId);
  });

  it('that the front does not take goes to the next queue', async () => {
    await asksForPerson({}, {});
    under.control.fail('transfer', new PortError('call-control', 'refused', { retryable: false, status: 403 }));
    expect(await transferAsked(2)).toMatchObject({ target: '+18005550141' });
  });

  it('that takes long is commented on, until a person takes the call', async () => {
    await asksForPerson({ comfort: { afterMs: 2_000 } });
    const { transferId } = await transferAsked(1);
    await under.line('agent speaking', (line) => String(line['text']).startsWith('I am still connecting you.'));
    await outcome(transferId, 'accepted');
    await under.line('transfer outcome', (line) => line['result'] === 'accepted');
  });
});
