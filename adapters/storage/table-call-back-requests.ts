import type { CallBackRequests } from '#core/ports/call-back-requests';
import type { StorageAccount } from './settings.ts';
import { openTable } from './table.ts';

const TABLE = 'callBackRequests';
const ROW_KEY = 'call-back';

/** Wishes to be called back in Table Storage, one partition a call, each field a column of its own: people and other programs read them as they are. */
export function tableCallBackRequests(account: StorageAccount): CallBackRequests {
  const table = openTable('call-back-requests', account, TABLE);
  return {
    record: async ({ callId, requestedAtMs, calledFrom, packet, ...request }, signal) => {
      const { intent, summary, language, customerId } = packet;
      await table.request('record', signal, [], (client, abortSignal) =>
        client.upsertEntity(
          {
            partitionKey: callId,
            rowKey: ROW_KEY,
            ...request,
            requestedAt: new Date(requestedAtMs),
            calledFrom: calledFrom ?? '',
            language,
            intent,
            summary,
            customerId: customerId ?? '',
          },
          'Replace',
          { abortSignal },
        ),
      );
    },
  };
}
