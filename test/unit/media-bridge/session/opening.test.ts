import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { CustomerDirectory, CustomerQuery, FoundCustomer } from '#core/ports/customer-directory';
import { PortError } from '#core/ports/error';
import { whoIsCalling, type OpeningServices } from '../../../../media-bridge/session/opening.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { memoryCallerStore } from '../../../support/memory-caller-store.ts';
import { offer } from '../../../support/offered-call.ts';
import { agentWith } from '../../../support/turn-play.ts';

const maria = { id: 'C-1001', name: 'Maria Silva', language: undefined, facts: {} };
const found: FoundCustomer = { by: 'number', customer: maria };

function opening(services: Partial<OpeningServices> = {}) {
  const clock = manualClock();
  const asked: CustomerQuery[] = [];
  const late: FoundCustomer[] = [];
  const customers: CustomerDirectory = {
    find: (query) => {
      asked.push(query);
      return Promise.resolve(maria);
    },
  };
  const closed = new AbortController();
  const callers = memoryCallerStore();
  const greeting = whoIsCalling(
    offer,
    agentWith(),
    { customers, callers, clock, log: pino({ level: 'silent' }), ...services },
    (customer) => late.push(customer),
    closed.signal,
  );
  return { clock, asked, late, callers, closed, greeting };
}

describe('the customer of a call that begins', () => {
  it('is the one the control plane has found, and nobody is asked again', async () => {
    const { greeting, asked } = opening({ callers: memoryCallerStore({ kind: 'found', found }) });
    expect(await greeting).toEqual(found);
    expect(asked).toEqual([]);
  });

  it('is nobody when the control plane has found nobody', async () => {
    const { greeting, asked } = opening({ callers: memoryCallerStore({ kind: 'nobody' }) });
    expect(await greeting).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('is in the greeting when it is found while the greeting can wait', async () => {
    const { greeting, clock, callers } = opening();
    await clock.advance(150);
    await callers.save(offer.callId, { kind: 'found', found }, new AbortController().signal);
    await clock.advance(100);
    expect(await greeting).toEqual(found);
  });

  it('is not waited for any longer, and used when it comes', async () => {
    const { greeting, clock, callers, late } = opening();
    await clock.advance(400);
    expect(await greeting).toBeUndefined();
    await clock.advance(1_000);
    await callers.save(offer.callId, { kind: 'found', found }, new AbortController().signal);
    await clock.advance(100);
    expect(late).toEqual([found]);
  });

  it('is looked up once more by the bridge when the control plane could not', async () => {
    const { greeting, asked } = opening({ callers: memoryCallerStore({ kind: 'failed' }) });
    expect(await greeting).toEqual({ by: 'header', customer: maria });
    expect(asked).toEqual([{ by: 'id', id: 'C-1001' }]);
  });

  it('is looked up once more when the control plane never says anything, or its row cannot be read', async () => {
    const silent = opening();
    await silent.clock.advance(6_000);
    expect(await silent.greeting).toBeUndefined();
    expect(silent.late).toEqual([{ by: 'header', customer: maria }]);
    expect(silent.asked).toHaveLength(1);
    const callers = memoryCallerStore();
    callers.load = () => Promise.reject(new PortError('caller-store', 'down', { retryable: true }));
    const unreadable = opening({ callers });
    expect(await unreadable.greeting).toEqual({ by: 'header', customer: maria });
  });

  it('is not waited for where there is nothing to look in', async () => {
    const callers = memoryCallerStore();
    expect(await opening({ customers: undefined, callers }).greeting).toBeUndefined();
    expect(callers.loads).toBe(0);
  });

  it('is looked for no more when the caller hangs up', async () => {
    const { greeting, clock, callers, closed, late, asked } = opening();
    await clock.advance(400);
    await greeting;
    closed.abort(new Error('hung up'));
    await callers.save(offer.callId, { kind: 'found', found }, new AbortController().signal);
    await clock.advance(10_000);
    expect([late, asked]).toEqual([[], []]);
  });

  it('is nobody when nothing answers', async () => {
    const customers: CustomerDirectory = {
      find: () => Promise.reject(new PortError('customer-directory', 'down', { retryable: true })),
    };
    const { greeting } = opening({ customers, callers: memoryCallerStore({ kind: 'failed' }) });
    expect(await greeting).toBeUndefined();
  });
});
