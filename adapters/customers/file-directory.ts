import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { parsePhoneNumber } from '#core/ids';
import type { Customer, CustomerDirectory } from '#core/ports/customer-directory';
import { ConfigurationError } from '../settings/load-settings.ts';

export const customerSettings = z
  .object({ CUSTOMERS_FILE: z.string().optional() })
  .transform((env) => ({ file: env.CUSTOMERS_FILE }));

const customer = z.strictObject({
  id: z.string().min(1).max(100),
  name: z.string().min(1).max(200),
  language: z.string().max(35).optional(),
  numbers: z
    .array(z.string().refine((text) => parsePhoneNumber(text) !== undefined, 'expected an E.164 number in quotes'))
    .default([]),
  facts: z.record(z.string().max(100), z.coerce.string().max(500)).default({}),
});

const customersFile = z.strictObject({ customers: z.array(customer) });

/** Knows nobody: for a deployment without a customer file. */
export function emptyDirectory(): CustomerDirectory {
  return { find: () => Promise.resolve(undefined) };
}

/**
 * Customers from one YAML or JSON file, read once at the start. Throws `ConfigurationError` naming the file and every wrong field. Ids are
 * matched without regard to case: they have been through headers.
 */
export function fileDirectory(path: string): CustomerDirectory {
  const byId = new Map<string, Customer>();
  const byNumber = new Map<string, Customer>();
  for (const { id, name, language, numbers, facts } of read(path)) {
    const found: Customer = { id, name, language, facts };
    byId.set(id.toLowerCase(), found);
    for (const number of numbers) byNumber.set(number, found);
  }
  return {
    find: (query, signal) => {
      signal.throwIfAborted();
      return Promise.resolve(query.by === 'id' ? byId.get(query.id.toLowerCase()) : byNumber.get(query.number));
    },
  };
}

function read(path: string): z.output<typeof customer>[] {
  let document: unknown;
  try {
    document = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigurationError(
      `Cannot read customers from ${path}: ${(error as Error).message.split('\n')[0] ?? ''}`,
    );
  }
  const result = customersFile.safeParse(document);
  if (!result.success) throw new ConfigurationError(`Invalid customers in ${path}:\n${z.prettifyError(result.error)}`);
  return result.data.customers;
}
