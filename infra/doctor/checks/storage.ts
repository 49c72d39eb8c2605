import { queueWatchdog } from '#adapters/storage/queue-watchdog';
import type { StorageAccount } from '#adapters/storage/settings';
import { tableCallStore } from '#adapters/storage/table-call-store';
import type { CallId } from '#core/ids';
import { PortError } from '#core/ports/error';
import { reasonOf } from '../../tool/reason-of.ts';
import { broken, well, type Check, type Finding } from '../check.ts';

/** No call has this id: looking for it and waking it up change nothing. */
const NO_CALL = 'c-00000000000000000000' as CallId;

/** Whether rows of calls can be read. */
export function callRowsCheck(account: StorageAccount): Check {
  return {
    name: 'storage, call rows',
    run: (signal) =>
      asked(account, 'STORAGE', 'Storage Table Data Contributor', async () => {
        await tableCallStore(account).load(NO_CALL, signal);
      }),
  };
}

/** Whether the watchdog can be set: a message for a call that is none, which is passed over. */
export function watchdogCheck(account: StorageAccount): Check {
  return {
    name: 'storage, watchdog',
    run: (signal) =>
      asked(account, 'AzureWebJobsStorage', 'Storage Queue Data Contributor', () =>
        queueWatchdog(account).schedule(NO_CALL, 1_000, signal),
      ),
  };
}

async function asked(
  account: StorageAccount,
  setting: string,
  role: string,
  ask: () => Promise<void>,
): Promise<Finding> {
  try {
    await ask();
    return well(account.by === 'identity' ? `${account.accountName}, by identity` : 'by connection string');
  } catch (error) {
    const status = error instanceof PortError ? error.status : undefined;
    if (status === 401 || status === 403) {
      return account.by === 'identity'
        ? broken(
            `refused with ${status}`,
            `grant the identity ${role} on ${account.accountName} (infra/modules/roles.bicep), or let this network in`,
          )
        : broken(`refused with ${status}`, `take the connection string of ${setting} from the portal again`);
    }
    return broken(
      reasonOf(error),
      `look at the settings that begin with ${setting}, and whether the account is reachable from here`,
    );
  }
}
