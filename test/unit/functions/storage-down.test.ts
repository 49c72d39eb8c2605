import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { callIdentity } from '#adapters/call-automation/call-identity';
import { parseIncomingCall } from '#adapters/call-automation/incoming-call';
import type { CallOffer } from '#core/call/offer';
import { PortError } from '#core/ports/error';
import type { CallStore } from '#core/ports/call-store';
import type { WatchdogQueue } from '#core/ports/watchdog-queue';
import { handleCallEvents } from '../../../functions/app/call-events.ts';
import { handleIncomingCall } from '../../../functions/app/incoming-call.ts';
import { handleWatchdog } from '../../../functions/app/watchdog.ts';
import {
  callbackRequest,
  functionServices,
  incomingCallEvent,
  type TestServices,
} from '../../support/function-services.ts';
import { connectionId, offer } from '../../support/offered-call.ts';

const { callId } = callIdentity(offer.correlationId);
const down = (): Promise<never> =>
  Promise.reject(new PortError('call-store', 'create: no response', { retryable: true }));

/** What the front was told to send back with every callback: the offer as it came. */
function offered(services: TestServices): CallOffer {
  const incoming = parseIncomingCall(incomingCallEvent(), services.clock.now(), new Map());
  if (incoming.kind !== 'offer') throw new Error('The event of the tests is an offer');
  return incoming.offer;
}

/** The tables as they answer now; `whenDown` while they do not. */
function switchable(services: TestServices, whenDown: () => Promise<never> = down) {
  let isDown = true;
  const through =
    <Args extends unknown[], Result>(work: (...args: Args) => Promise<Result>) =>
    (...args: Args): Promise<Result> =>
      isDown ? whenDown() : work(...args);
  const calls: CallStore = {
    load: through((...args: Parameters<CallStore['load']>) => services.calls.load(...args)),
    create: through((...args: Parameters<CallStore['create']>) => services.calls.create(...args)),
    replace: through((...args: Parameters<CallStore['replace']>) => services.calls.replace(...args)),
  };
  return { calls, comesBack: () => void (isDown = false) };
}

/** The queue, which refuses so many messages first. */
function failing({ watchdog }: TestServices, times: number): WatchdogQueue {
  let left = times;
  return {
    schedule: (...message) => {
      left -= 1;
      const error = new PortError('watchdog-queue', 'schedule: no response', { retryable: true });
      return left < 0 ? watchdog.schedule(...message) : Promise.reject(error);
    },
  };
}

const row = (services: TestServices) => services.calls.rows.get(callId)?.state;

describe('somebody calls while storage is down', () => {
  it('and is answered all the same, once, by one process after the other', async () => {
    const services = functionServices();
    const { calls } = switchable(services);
    await handleIncomingCall(incomingCallEvent(), { ...services, calls });
    const taken = new PortError('call-control', 'answer: 404/8522', { retryable: false, status: 404, code: '8522' });
    services.control.fail('answer', taken, taken);
    await handleIncomingCall(incomingCallEvent(), { ...services, calls });
    await handleIncomingCall(incomingCallEvent(), services);
    expect(services.control.operations()).toEqual(['answer', 'answer', 'answer']);
    expect(services.lines.filter(({ msg }) => msg === 'call had elsewhere')).toHaveLength(1);
  });

  it('and the row is written when storage is back while the event is being handled', async () => {
    const services = functionServices();
    const tables = switchable(services);
    const sleep = services.clock.sleep.bind(services.clock);
    let pauses = 0;
    const clock = {
      ...services.clock,
      sleep: (ms: number) => {
        if ((pauses += 1) === 3) tables.comesBack();
        return sleep(ms);
      },
    };
    await handleIncomingCall(incomingCallEvent(), { ...services, clock, calls: tables.calls });
    expect(services.control.operations()).toEqual(['answer']);
    expect(row(services)).toMatchObject({ phase: 'answered', connectionId, offer: { callId, from: offer.from } });
  });

  it.each([
    ['CallConnected', 'connected'],
    ['MediaStreamingStarted', 'talking'],
    ['CallDisconnected', 'ended'],
  ])('and the row is made by %s, with all that the offer said', async (type, phase) => {
    const services = functionServices();
    const { calls } = switchable(services);
    await handleIncomingCall(incomingCallEvent(), { ...services, calls });
    const before = services.scheduled.length;
    const request = callbackRequest(callId, services.clock.now(), type, {}, {}, offered(services));
    expect(await handleCallEvents(request, services)).toBe(200);
    expect(row(services)).toMatchObject({ phase, offer: offered(services) });
    expect(services.scheduled.length - before).toBe(phase === 'ended' ? 0 : 1);
    expect(services.lines.map(({ msg }) => msg)).toContain('call recorded late');
  });

  it('and two callbacks at once make one row', async () => {
    const services = functionServices();
    const deliver = (type: string): Promise<unknown> =>
      handleCallEvents(callbackRequest(callId, services.clock.now(), type, {}, {}, offered(services)), services);
    await Promise.all(['CallConnected', 'MediaStreamingStarted', 'ParticipantsUpdated'].map(deliver));
    expect(services.calls.rows.size).toBe(1);
    expect(row(services)?.phase).toBe('talking');
  });

  it('and a callback without an offer of ours makes no row', async () => {
    const services = functionServices();
    const request = callbackRequest(callId, services.clock.now(), 'CallConnected');
    for (const forged of [null, 'o1.AAAA', `o1.${'A'.repeat(400)}`]) {
      expect(await handleCallEvents({ ...request, offer: forged }, services)).toBe(200);
    }
    expect(services.calls.rows.size).toBe(0);
  });

  it('and cannot be answered either: goes to the people', async () => {
    const services = functionServices();
    const { calls } = switchable(services);
    services.control.fail('answer', new PortError('call-control', 'answer: 403', { retryable: false, status: 403 }));
    await handleIncomingCall(incomingCallEvent(), { ...services, calls });
    expect(services.control.operations()).toEqual(['answer', 'redirect']);
  });
});

describe('somebody calls while storage hangs', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('and is answered after a second', async () => {
    const services = functionServices();
    const calls = { ...services.calls, create: () => new Promise<never>(() => undefined) };
    const handled = handleIncomingCall(incomingCallEvent(), { ...services, calls });
    await vi.advanceTimersByTimeAsync(999);
    expect(services.control.operations()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await vi.waitFor(() => expect(services.control.operations()).toEqual(['answer']));
    void handled.catch(() => undefined);
  });
});

describe('the watchdog while storage is down', () => {
  it('comes back later', async () => {
    const services = functionServices();
    await handleIncomingCall(incomingCallEvent(), services);
    const { calls } = switchable(services);
    await handleWatchdog({ callId }, { ...services, calls });
    expect(services.scheduled).toEqual([callId, callId]);
    expect(services.control.operations()).toEqual(['answer']);
  });

  it.each(['after the pause of a failed look', 'in a look that moved nothing'])(
    'tries the queue again when that fails once, %s',
    async (when) => {
      const services = functionServices();
      await handleIncomingCall(incomingCallEvent(), services);
      const { calls } = when.startsWith('after') ? switchable(services) : services;
      services.control.sees('streaming');
      await handleWatchdog({ callId }, services);
      const before = services.scheduled.length;
      await handleWatchdog({ callId }, { ...services, calls, watchdog: failing(services, 1) });
      expect(services.scheduled.length).toBe(before + 1);
    },
  );

  it('comes back when the next look could not be arranged for while the caller was brought to a person', async () => {
    const services = functionServices();
    await handleIncomingCall(incomingCallEvent(), services);
    // Before the transfer, and after it.
    await handleWatchdog({ callId }, { ...services, watchdog: failing(services, 2) });
    expect(services.control.operations()).toEqual(['answer', 'transfer']);
    expect(services.scheduled).toEqual([callId, callId]);
  });

  it('comes back whatever else failed, although its own time is over', async () => {
    const services = functionServices();
    await handleIncomingCall(incomingCallEvent(), services);
    const late = new AbortController();
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(late.signal);
    onTestFinished(() => {
      timeout.mockRestore();
    });
    const control = {
      ...services.control,
      look: () => {
        late.abort();
        return Promise.reject(new TypeError('not expected'));
      },
    };
    const watchdog: WatchdogQueue = {
      schedule: (id, afterMs, signal) => {
        signal.throwIfAborted();
        return services.watchdog.schedule(id, afterMs, signal);
      },
    };
    await handleWatchdog({ callId }, { ...services, control, watchdog });
    expect(services.scheduled).toEqual([callId, callId]);
    expect(services.lines.at(-1)).toMatchObject({ msg: 'call not looked after', err: { type: 'TypeError' } });
  });

  it('is delivered again by the queue when that is down as well', async () => {
    const services = functionServices();
    const { calls } = switchable(services);
    const error = new PortError('watchdog-queue', 'schedule: no response', { retryable: true });
    const watchdog = { schedule: () => Promise.reject(error) };
    await expect(handleWatchdog({ callId }, { ...services, calls, watchdog })).rejects.toBe(error);
  });
});
