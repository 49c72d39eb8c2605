import { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StorageAccount } from '#adapters/storage/settings';
import { tableCallBackRequests } from '#adapters/storage/table-call-back-requests';
import type { CallBackRequest } from '#core/ports/call-back-requests';
import { startAzurite, type Azurite } from '../../../support/azurite.ts';
import { offer } from '../../../support/offered-call.ts';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

const { signal } = new AbortController();
const request: CallBackRequest = {
  callId: offer.callId,
  contextId: offer.contextId,
  requestedAtMs: Date.parse('2026-11-24T01:02:03Z'),
  queue: 'disputes',
  number: '+14255550100',
  line: 'closed',
  calledFrom: undefined,
  packet: {
    intent: 'dispute a charge',
    summary: 'María no reconoce un cargo de 42 €.',
    language: 'es-US',
    customerId: 'C-4711',
  },
};

function rowOf(callId: string): Promise<Record<string, unknown>> {
  const client = TableClient.fromConnectionString(azurite.connectionString, 'callBackRequests', {
    allowInsecureConnection: true,
  });
  return client.getEntity(callId, 'call-back');
}

describe('a call-back request', () => {
  it('is a row that people can read as it stands, in a table made when it is found missing', async () => {
    await tableCallBackRequests(azurite.account).record(request, signal);
    expect(await rowOf(offer.callId)).toMatchObject({
      contextId: offer.contextId,
      requestedAt: new Date('2026-11-24T01:02:03Z'),
      queue: 'disputes',
      number: '+14255550100',
      line: 'closed',
      calledFrom: '',
      intent: 'dispute a charge',
      summary: 'María no reconoce un cargo de 42 €.',
      language: 'es-US',
      customerId: 'C-4711',
    });
  });

  it('of the same call replaces the one before', async () => {
    const requests = tableCallBackRequests(azurite.account);
    await requests.record(request, signal);
    await requests.record({ ...request, number: '2125550199' }, signal);
    expect(await rowOf(offer.callId)).toMatchObject({ number: '2125550199' });
  });

  it('that storage does not take is an error, so that nobody is told otherwise', async () => {
    const nowhere: StorageAccount = {
      by: 'connection-string',
      connectionString: azurite.connectionString.replace(/AccountKey=[^;]+/, `AccountKey=${btoa('not the key')}`),
      allowInsecure: true,
    };
    await expect(tableCallBackRequests(nowhere).record(request, signal)).rejects.toMatchObject({
      name: 'PortError',
      port: 'call-back-requests',
    });
  });
});
