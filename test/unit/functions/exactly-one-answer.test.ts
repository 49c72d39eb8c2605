import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callIdentity } from '#adapters/call-automation/call-identity';
import { handleCallEvents } from '../../../functions/app/call-events.ts';
import { handleIncomingCall } from '../../../functions/app/incoming-call.ts';
import { handleWatchdog } from '../../../functions/app/watchdog.ts';
import {
  callbackRequest,
  functionServices,
  incomingCallEvent,
  type TestServices,
} from '../../support/function-services.ts';
import { offer } from '../../support/offered-call.ts';

const { callId } = callIdentity(offer.correlationId);

/** Whatever reaches the functions about one call. */
const deliveries = {
  incomingCall: (services: TestServices) => handleIncomingCall(incomingCallEvent(), services),
  watchdog: (services: TestServices) => handleWatchdog({ callId }, services),
  connected: callback('CallConnected'),
  participants: callback('ParticipantsUpdated'),
  mediaStarted: callback('MediaStreamingStarted'),
  mediaStopped: callback('MediaStreamingStopped'),
  mediaFailed: callback('MediaStreamingFailed'),
  transferAccepted: callback('CallTransferAccepted', { operationContext: 'transfer-1' }),
  transferFailed: callback('CallTransferFailed', { operationContext: 'transfer-1' }),
  playCompleted: callback('PlayCompleted', { operationContext: `apology-${callId}` }),
  answerFailed: callback('AnswerFailed', { resultInformation: { code: 500, subCode: 9999 } }),
  disconnected: callback('CallDisconnected'),
} as const;

function callback(type: string, data: Record<string, unknown> = {}) {
  return (services: TestServices): Promise<unknown> =>
    handleCallEvents(callbackRequest(callId, services.clock.now(), type, data, { id: type }), services);
}

const names = Object.keys(deliveries) as (keyof typeof deliveries)[];
/** Some at once, then some at once, and so on; the call itself comes at least once. */
const storm = fc
  .array(fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 5 }), { maxLength: 8 })
  .chain((rounds) =>
    fc
      .nat({ max: rounds.length })
      .map((at) => rounds.toSpliced(at, 0, ['incomingCall' as const, 'incomingCall' as const])),
  );

describe('events in any order, repeated and at once', () => {
  it('answer a call exactly once', async () => {
    await fc.assert(
      fc.asyncProperty(storm, async (rounds) => {
        const services = functionServices();
        for (const round of rounds) await Promise.all(round.map((name) => deliveries[name](services)));
        expect(services.control.operations().filter((operation) => operation === 'answer')).toHaveLength(1);
        expect(services.calls.rows.size).toBe(1);
      }),
      { numRuns: 300 },
    );
  });

  it('bring the caller to a person no more than once, and say sorry no more than once', async () => {
    await fc.assert(
      fc.asyncProperty(storm, async (rounds) => {
        const services = functionServices();
        for (const round of rounds) await Promise.all(round.map((name) => deliveries[name](services)));
        const count = (wanted: string): number =>
          services.control.operations().filter((name) => name === wanted).length;
        expect(count('transfer')).toBeLessThanOrEqual(1);
        expect(count('playText')).toBeLessThanOrEqual(1);
        expect(count('redirect')).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
