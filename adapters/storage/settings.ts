import * as z from 'zod';
import { flag } from '../settings/fields.ts';

/** Whose tables and queues: by key for a run on one machine, by the process's identity in Azure. */
export type StorageAccount =
  | { readonly by: 'connection-string'; readonly connectionString: string; readonly allowInsecure: boolean }
  | { readonly by: 'identity'; readonly accountName: string };

const ACCOUNT_NAME = /^[a-z0-9]{3,24}$/;

/** Tables `calls` and `sessions`. */
export const storageSettings = z
  .object({
    STORAGE_CONNECTION_STRING: z.string().optional(),
    STORAGE_ACCOUNT_NAME: z.string().regex(ACCOUNT_NAME, 'expected 3 to 24 lower-case letters and digits').optional(),
    ALLOW_INSECURE_URLS: flag,
  })
  .transform((env, context) =>
    accountOf(
      env.STORAGE_CONNECTION_STRING,
      env.STORAGE_ACCOUNT_NAME,
      env.ALLOW_INSECURE_URLS,
      ['STORAGE_CONNECTION_STRING', 'STORAGE_ACCOUNT_NAME'],
      context,
    ),
  );

/**
 * The account the Functions host takes queue messages from: the watchdog has to write where the host listens, so it reads the host's
 * own settings.
 */
export const hostStorageSettings = z
  .object({
    AzureWebJobsStorage: z.string().optional(),
    AzureWebJobsStorage__accountName: z
      .string()
      .regex(ACCOUNT_NAME, 'expected 3 to 24 lower-case letters and digits')
      .optional(),
    ALLOW_INSECURE_URLS: flag,
  })
  .transform((env, context) =>
    accountOf(
      env.AzureWebJobsStorage,
      env.AzureWebJobsStorage__accountName,
      env.ALLOW_INSECURE_URLS,
      ['AzureWebJobsStorage', 'AzureWebJobsStorage__accountName'],
      context,
    ),
  );

function accountOf(
  connectionString: string | undefined,
  accountName: string | undefined,
  allowInsecure: boolean,
  [connectionStringName, accountNameName]: readonly [string, string],
  context: z.RefinementCtx,
): StorageAccount {
  const wrong = (message: string): StorageAccount => {
    context.addIssue({ code: 'custom', path: [connectionStringName], message });
    return z.NEVER;
  };
  if (connectionString !== undefined) {
    if (!/(^|;)AccountName=/i.test(connectionString) && !/^UseDevelopmentStorage=true/i.test(connectionString)) {
      return wrong('expected a storage connection string');
    }
    if (/Endpoint=http:/i.test(connectionString) && !allowInsecure) {
      return wrong('expected https endpoints (ALLOW_INSECURE_URLS=true allows http on one machine)');
    }
    return { by: 'connection-string', connectionString, allowInsecure };
  }
  if (accountName !== undefined) return { by: 'identity', accountName };
  return wrong(`expected this, or ${accountNameName} to sign in with the process's identity`);
}
