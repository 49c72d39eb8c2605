import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EdgeUnderTest } from '../../support/edge-under-test.ts';
import { contractsAreHere, definitionProblems } from '../../support/published-contracts.ts';

let edge: EdgeUnderTest;
beforeEach(() => {
  edge = new EdgeUnderTest();
});
afterEach(() => edge.close());

const headers = { userToUser: '616263;encoding=hex', custom: [{ name: 'X-MS-Custom-Reason', value: 'billing' }] };
const isNotification = ({ headers: sent }: { headers: Record<string, unknown> }): boolean =>
  sent['aeg-event-type'] === 'Notification';

describe('an event subscription', () => {
  it('is validated by a code that the endpoint sends back (Event Grid schema)', async () => {
    await edge.start({}, false);
    await edge.subscribe('event-grid');
    const [validation] = edge.application.received;
    expect(validation?.headers).toMatchObject({
      'aeg-event-type': 'SubscriptionValidation',
      'aeg-subscription-name': 'INCOMING-CALL',
    });
    expect(await edge.control('GET', '/event-subscriptions')).toEqual({ names: ['incoming-call'] });
  });

  it('is validated by the allowed origin (CloudEvents)', async () => {
    await edge.start({}, false);
    await edge.subscribe('cloud-events');
    expect(edge.application.received).toEqual([]);
    expect(await edge.control('GET', '/event-subscriptions')).toEqual({ names: ['incoming-call'] });
  });

  it('is refused with the reason when the endpoint does not answer as it must', async () => {
    await edge.start({}, false);
    edge.application.statuses.set('/events', 202);
    await expect(edge.subscribe()).rejects.toThrow('the endpoint answered 202 instead of 200');
    expect(await edge.control('GET', '/event-subscriptions')).toEqual({ names: [] });
  });

  it('is made at the start from the settings', async () => {
    await edge.start({ EDGE_EVENT_GRID_WEBHOOK: 'application:/events' }, false);
    await edge.application.waitFor(({ headers: sent }) => sent['aeg-event-type'] === 'SubscriptionValidation');
  });

  it('is missed by a call that comes without one', async () => {
    await edge.start({}, false);
    expect(await edge.telephony.call().refused.promise).toBe(480);
  });
});

describe('an IncomingCall event', () => {
  it('comes as an array with the headers of the service (Event Grid schema)', async () => {
    await edge.start();
    await edge.ring({ headers });
    const sent = await edge.application.waitFor(isNotification);
    expect(sent.headers).toMatchObject({
      'aeg-subscription-name': 'INCOMING-CALL',
      'aeg-delivery-count': '0',
      'aeg-data-version': '1.0',
      'aeg-metadata-version': '1',
      'content-type': 'application/json; charset=utf-8',
    });
    const [event] = sent.body as [Record<string, unknown>];
    expect(sent.body).toHaveLength(1);
    expect(event).toMatchObject({
      eventType: 'Microsoft.Communication.IncomingCall',
      subject: '/caller/4:+14255550100/recipient/4:+18005550199',
      dataVersion: '1.0',
      metadataVersion: '1',
    });
  });

  it('comes as one object (CloudEvents)', async () => {
    await edge.start({}, false);
    await edge.subscribe('cloud-events');
    await edge.ring({ headers });
    const sent = await edge.application.waitFor(isNotification);
    expect(sent.headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      origin: 'eventgrid.azure.net',
    });
    expect(sent.body).toMatchObject({ type: 'Microsoft.Communication.IncomingCall', specversion: '1.0' });
  });

  it.skipIf(!contractsAreHere)('is what the published schema describes, with and without headers', async () => {
    await edge.start();
    for (const call of [{ headers }, {}, { from: undefined }]) {
      const { data } = await edge.ring(call);
      expect(definitionProblems('event-grid', 'AcsIncomingCallEventData', data)).toEqual([]);
    }
  });

  it('has no customContext when the call brought no headers', async () => {
    await edge.start();
    expect(Object.keys((await edge.ring()).data)).not.toContain('customContext');
  });

  it.each([
    ['rfc', ['User-To-User', 'X-MS-Custom-Reason']],
    ['first-letter-lower', ['user-To-User', 'x-MS-Custom-Reason']],
    ['user-to-user', ['userToUser', 'X-MS-Custom-Reason']],
  ])('spells header names in the %s way when told to', async (headerCasing, names) => {
    await edge.start();
    await edge.settings({ headerCasing });
    const { data } = await edge.ring({ headers });
    expect(Object.keys((data['customContext'] as { sipHeaders: object }).sipHeaders)).toEqual(names);
  });

  it('is delivered again after a failure, with the count of attempts and the same id', async () => {
    await edge.start();
    await edge.settings({
      eventGrid: { retryTimeScale: 0 },
      faults: [{ surface: 'event-grid', status: 503 }],
    });
    await edge.ring();
    const sent = await edge.application.waitFor(isNotification);
    expect(sent.headers['aeg-delivery-count']).toBe('1');
  });

  it('is given up after the second attempt, which is logged', async () => {
    await edge.start();
    await edge.settings({
      ringTimeoutMs: 500,
      eventGrid: { retryTimeScale: 0 },
      faults: [{ surface: 'event-grid', status: 503, times: 2 }],
    });
    expect(await edge.telephony.call().refused.promise).toBe(480);
    expect(edge.logged.map(({ message }) => message)).toContain('event dead-lettered');
    expect(edge.application.received.filter(isNotification)).toEqual([]);
  });

  it('comes more than once when duplicates are asked for', async () => {
    await edge.start();
    await edge.settings({ eventGrid: { duplicates: 2 } });
    await edge.ring();
    await edge.application.waitFor(() => edge.application.received.filter(isNotification).length === 3);
    const ids = edge.application.received
      .filter(isNotification)
      .map(({ headers: sent }) => sent['aeg-output-event-id']);
    expect(new Set(ids).size).toBe(1);
  });
});
