import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acsCallControl } from '#adapters/call-automation/call-control';
import { telephonySettings } from '#adapters/call-automation/telephony-settings';
import { transferCallerId, transferSettings } from '#adapters/call-automation/transfer-settings';
import { loadSettings, type Environment } from '#adapters/settings/load-settings';
import type { CallConnectionId, PhoneNumber } from '#core/ids';
import { FRONTS } from '#core/telephony/front';
import { callAutomation, contractsAreHere } from '../../../support/contracts.ts';
import { EdgeUnderTest } from '../../../support/edge-under-test.ts';
import { startHttpRecorder, type HttpRecorder } from '../../../support/http-recorder.ts';
import { connectionId, offer } from '../../../support/offered-call.ts';

const { signal } = new AbortController();
const ACCESS_KEY = Buffer.from('a key for a test').toString('base64');
const ACCOUNTS = `+18005550188=cc123456-5678-5678-1234-ccc123456789`;

/** What the programs of this front would ask for. */
function transferOf(env: Environment, connection: CallConnectionId) {
  const { transfer } = loadSettings('x', { telephony: telephonySettings, transfer: transferSettings }, env);
  return {
    connectionId: connection,
    transferId: 'transfer-1',
    target: '+18005550142' as PhoneNumber,
    caller: offer.from,
    callerId: transferCallerId(transfer, offer.from),
    callbackUri: 'https://app/cb',
    headers: {
      prefix: transfer.headerPrefix,
      userToUser: undefined,
      custom: [{ name: 'AI-Summary', value: 'disputes_a_charge' }],
    },
  };
}

const jwks = { ACS_JWKS_URL: 'https://edge.contoso.example/calling/keys' };

describe('the request for a transfer', () => {
  let front: HttpRecorder;
  beforeEach(async () => {
    front = await startHttpRecorder();
  });
  afterEach(() => front.close());

  const frontControl = () =>
    acsCallControl(
      { endpoint: front.url, accessKey: ACCESS_KEY, cognitiveServicesEndpoint: undefined, requestBudgetMs: 1_000 },
      new Map(),
    );

  it.each([
    ['acs', { TELEPHONY: 'acs', TRANSFER_CALLER_ID: 'caller' }, '+14255550100'],
    ['acs', { TELEPHONY: 'acs', TRANSFER_CALLER_ID: '+18005550199' }, '+18005550199'],
    ['edge', { TELEPHONY: 'edge', TRANSFER_CALLER_ID: 'caller', ...jwks }, '+14255550100'],
  ])('shows a number with %s, where that is wanted', async (_, env, number) => {
    front.respond({ status: 202, json: {} });
    await frontControl().transfer(transferOf(env, connectionId), signal);
    expect(front.requests[0]?.body).toMatchObject({ sourceCallerIdNumber: { value: number } });
  });

  it.each(FRONTS)('has no caller id where none is set: %s', async (name) => {
    front.respond({ status: 202, json: {} });
    await frontControl().transfer(transferOf({ TELEPHONY: name, ...jwks }, connectionId), signal);
    expect(front.requests[0]?.body).not.toHaveProperty('sourceCallerIdNumber');
    expect(front.requests[0]?.body).toMatchObject({
      transferee: { phoneNumber: { value: '+14255550100' } },
      customCallingContext: { sipHeaders: { 'X-AI-Summary': 'disputes_a_charge' } },
    });
  });
});

describe('a transfer by a front that refuses caller ids', () => {
  let edge: EdgeUnderTest;
  beforeEach(async () => {
    edge = new EdgeUnderTest();
    await edge.start({ EDGE_TEAMS_RESOURCE_ACCOUNTS: ACCOUNTS });
  });
  afterEach(() => edge.close());

  it.each([
    ['is taken as Teams Phone is set up', { TELEPHONY: 'teams-phone', TEAMS_RESOURCE_ACCOUNTS: ACCOUNTS }, 'asked'],
    ['fails for a program that takes it for ACS and shows the caller', { TRANSFER_CALLER_ID: 'caller' }, '8523'],
  ])('%s', async (_, env, outcome) => {
    const { connectionId: connection } = await edge.connect({ to: '+18005550188' });
    const control = acsCallControl(
      {
        endpoint: edge.url,
        accessKey: edge.accessKey.toString('base64'),
        cognitiveServicesEndpoint: undefined,
        requestBudgetMs: 4_000,
      },
      new Map(),
    );
    const request = { ...transferOf(env, connection as CallConnectionId), callbackUri: `${edge.application.url}/cb` };
    const answer = await control.transfer(request, signal).catch((error: unknown) => (error as { code: string }).code);
    expect(answer).toBe(outcome);
  });
});

describe('a transfer to a call queue of Teams', () => {
  const APP = 'aa123456-5678-5678-1234-ccc123456789';
  let front: HttpRecorder;
  beforeEach(async () => {
    front = await startHttpRecorder();
    front.respond({ status: 202, json: {} });
  });
  afterEach(() => front.close());

  const env = { TELEPHONY: 'teams-phone', TEAMS_CALL_QUEUES: `+18005550142=${APP}` };
  const sent = async (target: string) => {
    const { callQueues } = loadSettings('x', { telephony: telephonySettings }, env).telephony;
    const control = acsCallControl(
      { endpoint: front.url, accessKey: ACCESS_KEY, cognitiveServicesEndpoint: undefined, requestBudgetMs: 1_000 },
      callQueues,
    );
    const transfer = transferOf(env, connectionId);
    const custom = [
      { name: 'AI-Summary', value: 'Asked%20about%20a%20charge.' },
      { name: 'AI-Intent', value: 'x'.repeat(60) },
      { name: 'Context-ID', value: '7K3M9QX2TD' },
    ];
    const headers = { ...transfer.headers, userToUser: '7b7d;encoding=hex', custom };
    await control.transfer({ ...transfer, target: target as PhoneNumber, headers }, signal);
    return front.requests[0];
  };

  it('names its application, shows its people what was learned, and has no SIP header', async () => {
    expect((await sent('+18005550142'))?.body).toMatchObject({
      targetParticipant: { rawId: `28:orgid:${APP}`, microsoftTeamsApp: { appId: APP } },
      customCallingContext: {
        sipHeaders: {},
        voipHeaders: { 'AI-Summary': 'Asked%20about%20a%20charge.', 'Context-ID': '7K3M9QX2TD' },
        teamsPhoneCallDetails: {
          callTopic: 'x'.repeat(48),
          intent: 'x'.repeat(60),
          callContext: 'Asked about a charge.',
          sessionId: '7K3M9QX2TD',
        },
      },
    });
  });

  it.skipIf(!contractsAreHere)('is as published', async () => {
    const request = await sent('+18005550142');
    const operation = callAutomation().operation(request?.method ?? '', request?.path ?? '');
    expect(operation?.requestProblems(request?.body)).toEqual([]);
  });

  it('is a transfer to a number where the queue is none of them', async () => {
    expect((await sent('+18005550110'))?.body).toMatchObject({
      targetParticipant: { phoneNumber: { value: '+18005550110' } },
      customCallingContext: { sipHeaders: { 'User-To-User': '7b7d;encoding=hex' }, voipHeaders: {} },
    });
  });
});
