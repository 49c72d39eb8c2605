import { describe, expect, it } from 'vitest';
import { asInvocation, currentInvocation, type Invocation } from '#adapters/telemetry/invocation';
import { noteUnanswered, observedControl, watchdogAction } from '#adapters/telemetry/observed-control';
import type { CallOffer } from '#core/call/offer';
import type { CallControl } from '#core/ports/call-control';
import { PortError } from '#core/ports/error';
import type { WatchdogAction } from '#core/telemetry/measurement';
import { manualClock } from '../../../support/manual-clock.ts';
import { connectionId, offer } from '../../../support/offered-call.ts';
import { recordingTelemetry } from '../../../support/recording-telemetry.ts';
import { scriptedCallControl } from '../../../support/scripted-call-control.ts';

const { signal } = new AbortController();
const request = { incomingCallContext: 'x', callbackUri: 'https://app.example/', mediaUri: 'wss://bridge.example/' };
const refused = new PortError('call-control', 'answer: 403', { retryable: false, status: 403 });
const gone = new PortError('call-control', 'answer: 400/8522', { retryable: false, status: 400, code: '8522' });
const silent = new PortError('call-control', 'answer: no response', { retryable: true });

/** One handler, as the functions run them: what it told, and how it ended. */
async function handle(
  work: (control: CallControl) => Promise<unknown>,
  front = scriptedCallControl(),
  call: CallOffer = offer,
): Promise<{ readonly telemetry: ReturnType<typeof recordingTelemetry>; readonly invocation: Invocation | undefined }> {
  const [telemetry, clock] = [recordingTelemetry(), manualClock()];
  const control = observedControl(front, { clock, telemetry });
  let seen: Invocation | undefined;
  const handler = async (): Promise<void> => {
    currentInvocation()?.about(call);
    await clock.advance(250);
    await work(control);
  };
  await asInvocation('handler', { clock, telemetry }, handler, (invocation) => {
    seen = invocation;
    noteUnanswered(invocation, clock.now(), telemetry);
  }).catch(() => undefined);
  return { telemetry, invocation: seen };
}

describe('a call that is answered', () => {
  it('is timed from its arrival, with the answer a step under the handler', async () => {
    const { telemetry } = await handle((control) => control.answer(request, signal));
    expect(telemetry.measurements).toEqual([
      { name: 'trunkline.call.answer.duration', value: 0.25, attributes: { outcome: 'answered' } },
    ]);
    expect(telemetry.span('answer')).toMatchObject({ under: 'handler', failure: undefined });
  });

  it('after the event was delivered again is timed since the phone began to ring', async () => {
    const rang = { ...offer, offeredAtMs: manualClock().now() - 10_000 };
    const { telemetry } = await handle((control) => control.answer(request, signal), scriptedCallControl(), rang);
    expect(telemetry.measured('trunkline.call.answer.duration')).toMatchObject([{ value: 10.25 }]);
  });

  it('and was refused by the front, or gone, is timed as that and as nothing else', async () => {
    for (const [error, outcome, failure] of [
      [refused, 'refused', '403'],
      [gone, 'gone', 'gone'],
      [silent, 'refused', 'no-response'],
    ] as const) {
      const front = scriptedCallControl();
      front.fail('answer', error);
      const { telemetry } = await handle((control) => control.answer(request, signal), front);
      expect(telemetry.measured('trunkline.call.answer.duration')).toMatchObject([{ attributes: { outcome } }]);
      expect(telemetry.span('answer').failure).toBe(failure);
      expect(telemetry.span('handler').failure).toBe('unexpected');
    }
  });

  it('at the second try is timed once, as answered', async () => {
    const front = scriptedCallControl();
    front.fail('answer', silent);
    const { telemetry } = await handle(async (control) => {
      await control.answer(request, signal).catch(() => undefined);
      await control.answer(request, signal);
    }, front);
    expect(telemetry.measured('trunkline.call.answer.duration')).toMatchObject([
      { attributes: { outcome: 'answered' } },
    ]);
  });
});

describe('what is asked of the front', () => {
  it('is a step with what came of it', async () => {
    const { telemetry } = await handle(
      (control) => control.hangUp(connectionId, signal),
      scriptedCallControl({ gone: true }),
    );
    expect(telemetry.span('hang-up')).toMatchObject({ attributes: { outcome: 'gone' }, failure: undefined });
  });

  it('outside of a handler is asked all the same, and told nobody', async () => {
    const [telemetry, front] = [recordingTelemetry(), scriptedCallControl()];
    const control = observedControl(front, { clock: manualClock(), telemetry });
    await control.answer(request, signal);
    expect(front.operations()).toEqual(['answer']);
    expect(telemetry.spans).toEqual([]);
    expect(telemetry.measurements).toEqual([]);
  });
});

describe('what a look of the watchdog led to', () => {
  const looks: readonly (readonly [WatchdogAction, (control: CallControl) => Promise<unknown>])[] = [
    ['none', (control) => control.look(connectionId, signal)],
    ['start-media', (control) => control.startMedia(connectionId, signal)],
    ['hang-up', (control) => control.startMedia(connectionId, signal).then(() => control.hangUp(connectionId, signal))],
    ['ended', () => Promise.resolve(currentInvocation()?.event('call moved', 0, { from: 'talking', to: 'ended' }))],
    ['none', () => Promise.resolve(currentInvocation()?.event('call moved', 0, { from: 'ringing', to: 'talking' }))],
  ];

  it.each(looks)('is %s', async (action, work) => {
    const { invocation } = await handle(work);
    expect(invocation && watchdogAction(invocation)).toBe(action);
  });

  it('is what it asked for, though the front refused it', async () => {
    const front = scriptedCallControl();
    front.fail('startMedia', refused);
    const { invocation, telemetry } = await handle((control) => control.startMedia(connectionId, signal), front);
    expect(invocation && watchdogAction(invocation)).toBe('start-media');
    expect(telemetry.span('start-media').failure).toBe('403');
  });
});
