import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EdgeUnderTest } from '../../support/edge-under-test.ts';
import { contractsAreHere, definitionProblems } from '../../support/published-contracts.ts';

const ACCOUNT = 'cc123456-5678-5678-1234-ccc123456789';
const RAW_ID = `28:orgid:${ACCOUNT}`;
const queue = { phoneNumber: '+18005550142' };
const withCallerId = { sourceCallIdNumber: { phoneNumber: '+18005550199' } };

let edge: EdgeUnderTest;
beforeEach(async () => {
  edge = new EdgeUnderTest();
  await edge.start({ EDGE_TEAMS_RESOURCE_ACCOUNTS: `+18005550188=${ACCOUNT}` });
});
afterEach(() => edge.close());

describe('a call to a resource account of Teams', () => {
  it('is announced as documented: the account as called, the number as the name of the caller', async () => {
    const { data } = await edge.ring({ to: '+18005550188' });
    expect(data).toMatchObject({
      to: { kind: 'unknown', rawId: RAW_ID },
      from: { kind: 'phoneNumber', rawId: '4:+14255550100', phoneNumber: { value: '+14255550100' } },
      callerDisplayName: '+14255550100',
    });
    expect(data['to']).not.toHaveProperty('phoneNumber');
  });

  it.skipIf(!contractsAreHere)('is announced by the published schema', async () => {
    const { data } = await edge.ring({ to: '+18005550188' });
    expect(definitionProblems('event-grid', 'AcsIncomingCallEventData', data)).toEqual([]);
  });

  it('names the account among its properties, and no number', async () => {
    const { call } = await edge.connect({ to: '+18005550188' });
    const properties = await call.getCallConnectionProperties();
    expect(properties.targetParticipants).toEqual([{ id: RAW_ID }]);
    expect(properties.answeredFor).toBeUndefined();
  });

  it('is transferred without a caller id only', async () => {
    const { call, leg } = await edge.connect({ to: '+18005550188' });
    await expect(call.transferCallToParticipant(queue, withCallerId)).rejects.toMatchObject({
      statusCode: 400,
      code: '8523',
      message: expect.stringContaining('SourceCallerIdNumber') as string,
    });
    expect(leg.refers).toEqual([]);
    await call.transferCallToParticipant(queue, {});
    expect(leg.refers).toMatchObject([{ target: queue.phoneNumber }]);
  });
});

describe('a call to another number of the same resource', () => {
  it('comes as over ACS Direct Routing, and may show a caller id', async () => {
    const { call, leg, data } = await edge.connect({ to: '+18005550199' });
    expect(data['to']).toMatchObject({ kind: 'phoneNumber', phoneNumber: { value: '+18005550199' } });
    await call.transferCallToParticipant(queue, withCallerId);
    expect(leg.refers).toHaveLength(1);
  });
});

describe('the accounts', () => {
  it('can be changed while the edge runs', async () => {
    await edge.settings({ teamsResourceAccounts: { '+18005550199': ACCOUNT } });
    expect((await edge.ring({ to: '+18005550199' })).data['to']).toEqual({ kind: 'unknown', rawId: RAW_ID });
    expect((await edge.ring({ to: '+18005550188' })).data['to']).toMatchObject({ kind: 'phoneNumber' });
  });
});
