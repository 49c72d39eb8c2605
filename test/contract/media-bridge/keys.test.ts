import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acsCallControl } from '#adapters/call-automation/call-control';
import { systemClock } from '#adapters/clock/system-clock';
import type { KeySource } from '#core/conversation/key-sources';
import { handleCallEvents } from '../../../functions/app/call-events.ts';
import { handleIncomingCall } from '../../../functions/app/incoming-call.ts';
import { readInboundMessage } from '../../../media-bridge/acs/inbound-message.ts';
import { CallerKeys } from '../../../media-bridge/session/caller-keys.ts';
import { EdgeUnderTest } from '../../support/edge-under-test.ts';
import { callbackRequest, functionServices, incomingCallEvent } from '../../support/function-services.ts';

let edge: EdgeUnderTest;
beforeEach(async () => {
  edge = new EdgeUnderTest();
  await edge.start();
});
afterEach(() => edge.close());

const { signal } = new AbortController();
const log = pino({ level: 'silent' });

/** A call that the functions have answered through the real SDK, its callbacks, and the bridge's end of its audio socket. */
async function answeredCall(source: KeySource) {
  const control = acsCallControl(
    {
      endpoint: edge.url,
      accessKey: edge.accessKey.toString('base64'),
      cognitiveServicesEndpoint: undefined,
      requestBudgetMs: 5_000,
    },
    new Map(),
  );
  const { calls, ...others } = functionServices({
    clock: systemClock(),
    keySource: source,
    callbackUrl: () => `${edge.application.url}/callbacks`,
    mediaUrl: () => edge.application.mediaUrl,
  });
  const services = { ...others, calls, control };
  const { leg, data } = await edge.ring();
  await handleIncomingCall(incomingCallEvent(data, { eventTime: new Date().toISOString() }), services);
  const row = () => [...calls.rows.values()][0]!.state;
  const { callId } = row().offer;
  const socket = await edge.application.mediaConnection();

  let passedMs = 0;
  const pressed: string[] = [];
  const clock = { ...systemClock(), now: () => Date.now() + passedMs };
  const keys = new CallerKeys(
    row(),
    { keySource: source, clock, log },
    (key) => pressed.push(key),
    () => false,
  );
  /** Everything that the edge has reported, to the functions: again and again, as a front may. */
  const deliver = async (): Promise<void> => {
    for (const { path, body } of edge.application.received) {
      if (!path.startsWith('/callbacks')) continue;
      const request = callbackRequest(callId, Date.now(), 'unused');
      await handleCallEvents({ ...request, readBody: () => Promise.resolve(JSON.stringify(body)) }, services);
    }
  };
  await edge.application.callback('CallConnected');
  await deliver();
  return {
    pressed,
    press: (key: '5' | '6' | '#') => leg.active.audio.press(key),
    /** The key that the audio socket brings next. */
    socketTells: async (): Promise<void> => {
      for (;;) {
        const reading = readInboundMessage(Buffer.from(JSON.stringify(await socket.next())));
        if (!reading.ok || reading.message.kind !== 'key') continue;
        keys.told(reading.message.key);
        return;
      }
    },
    /** The callback of the n-th key is in the row, and the bridge looks there. */
    eventsTell: async (count: number): Promise<void> => {
      await edge.application.waitFor(({ body }) => JSON.stringify(body).includes(`"sequenceId":${count}`));
      await deliver();
      keys.rowRead((await calls.load(callId, signal))!.state);
    },
    pass: (ms: number): void => {
      passedMs += ms;
      keys.tick();
    },
  };
}

describe('a key that is pressed on the phone', () => {
  it('comes with the audio, and nobody is asked for events, where keys are taken from there', async () => {
    const call = await answeredCall('media');
    call.press('5');
    await call.socketTells();
    expect(call.pressed).toEqual(['5']);
    expect(edge.application.callbackNames()).not.toContain('ContinuousDtmfRecognitionToneReceived');
  });

  it('comes through events, where keys are taken from there', async () => {
    const call = await answeredCall('events');
    call.press('5');
    call.press('#');
    await call.eventsTell(2);
    await call.socketTells();
    expect(call.pressed).toEqual(['5', '#']);
  });

  it('counts once when it comes both ways, twice when it was pressed twice, however often and in which order it is reported', async () => {
    await edge.settings({ callbacks: { duplicates: 1, shuffle: true, shuffleWindowMs: 20 } });
    const call = await answeredCall('both');
    for (const key of ['5', '5', '6'] as const) call.press(key);
    await call.socketTells();
    for (const count of [1, 2, 3]) await call.eventsTell(count);
    await call.socketTells();
    await call.socketTells();
    await call.eventsTell(3);
    call.pass(2_000);
    expect(call.pressed).toEqual(['5', '5', '6']);
  });

  it('is not lost when the audio socket does not bring it', async () => {
    const call = await answeredCall('both');
    call.press('5');
    call.press('6');
    await call.eventsTell(2);
    expect(call.pressed).toEqual(['5', '6']);
  });
});
