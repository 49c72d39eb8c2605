import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { CustomerDirectory, CustomerQuery } from '#core/ports/customer-directory';
import { PortError } from '#core/ports/error';
import { handleIncomingCall } from '../../../functions/app/incoming-call.ts';
import { lookUpCaller } from '../../../functions/app/look-up-caller.ts';
import { admissionBy, functionServices, incomingCallEvent } from '../../support/function-services.ts';
import { memoryCallerStore } from '../../support/memory-caller-store.ts';
import { offer } from '../../support/offered-call.ts';
import { scriptedCallControl } from '../../support/scripted-call-control.ts';

const maria = { id: 'C-1001', name: 'Maria Silva', language: 'es-MX', facts: {} };
const knows = (by: CustomerQuery['by']): CustomerDirectory => ({
  find: (query) => Promise.resolve(query.by === by ? maria : undefined),
});
const down: CustomerDirectory = {
  find: () => Promise.reject(new PortError('customer-directory', '503', { retryable: true, status: 503 })),
};

/** What is in the row of the only call, after the handler has ended. */
async function rowAfterCall(customers: CustomerDirectory | undefined) {
  const callers = memoryCallerStore();
  const services = functionServices({ customers, callers });
  await handleIncomingCall(incomingCallEvent(), services);
  expect(services.control.operations()).toEqual(['answer']);
  return [...callers.rows.values()][0];
}

describe('who is calling', () => {
  it('is looked up by the header of the IVR, then by the number, and stands in a row of its own', async () => {
    expect(await rowAfterCall(knows('id'))).toEqual({ kind: 'found', found: { by: 'header', customer: maria } });
    expect(await rowAfterCall(knows('number'))).toEqual({ kind: 'found', found: { by: 'number', customer: maria } });
  });

  it('is nobody, or not known, and the row says which', async () => {
    expect(await rowAfterCall({ find: () => Promise.resolve(undefined) })).toEqual({ kind: 'nobody' });
    expect(await rowAfterCall(down)).toEqual({ kind: 'failed' });
  });

  it('is not looked up where there is nothing to look in', async () => {
    expect(await rowAfterCall(undefined)).toBeUndefined();
  });

  it('keeps no answer waiting: it is asked for first, and although the look-up hangs', async () => {
    const happened: string[] = [];
    const control = scriptedCallControl();
    const { promise: hangs, resolve: letGo } = Promise.withResolvers<undefined>();
    const { promise: answered, resolve: hasAnswered } = Promise.withResolvers<undefined>();
    const services = functionServices({
      callers: memoryCallerStore(),
      customers: {
        find: () => {
          happened.push('looked up');
          return hangs;
        },
      },
    });
    const handled = handleIncomingCall(incomingCallEvent(), {
      ...services,
      control: {
        ...control,
        answer: async (request, signal) => {
          happened.push('answer asked for');
          const connectionId = await control.answer(request, signal);
          hasAnswered(undefined);
          return connectionId;
        },
      },
    });
    await answered;
    expect(happened).toEqual(['answer asked for', 'looked up']);
    letGo(undefined);
    await handled;
  });

  it('is given up after three seconds, and the row says so', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const callers = memoryCallerStore();
    const customers: CustomerDirectory = { find: () => new Promise(() => undefined) };
    const services = functionServices({ customers, callers });
    const lookedUp = lookUpCaller(offer, services, new AbortController().signal);
    await vi.advanceTimersByTimeAsync(2_999);
    expect(callers.rows.size).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    await lookedUp;
    expect(callers.rows.get(offer.callId)).toEqual({ kind: 'failed' });
  });

  it('changes nothing for the caller when it cannot be written down', async () => {
    const services = functionServices({
      customers: knows('id'),
      callers: {
        load: () => Promise.resolve(undefined),
        save: () => Promise.reject(new PortError('caller-store', 'down', { retryable: true })),
      },
    });
    await handleIncomingCall(incomingCallEvent(), services);
    expect([...services.calls.rows.values()][0]?.state).toMatchObject({ phase: 'answered' });
    expect(services.lines.map(({ msg }) => msg)).toContain('caller not recorded');
  });

  it('is known to the agent who answers because nobody else takes the call', async () => {
    const callers = memoryCallerStore();
    const admission = admissionBy({ hours: { zone: 'America/New_York', weekly: {} } });
    const services = functionServices({ customers: knows('id'), callers, admission });
    const refused = new PortError('call-control', 'redirect: 403', { retryable: false, status: 403 });
    services.control.fail('redirect', refused, refused);
    await handleIncomingCall(incomingCallEvent(), services);
    expect(services.control.operations().at(-1)).toBe('answer');
    expect([...callers.rows.values()]).toEqual([{ kind: 'found', found: { by: 'header', customer: maria } }]);
  });

  it('is nobody’s business for a call that is not answered', async () => {
    const callers = memoryCallerStore();
    const admission = admissionBy({ agent: 'off' });
    const services = functionServices({ customers: knows('id'), callers, admission });
    await handleIncomingCall(incomingCallEvent(), services);
    expect(services.control.operations()).toEqual(['redirect']);
    expect(callers.rows.size).toBe(0);
  });
});
