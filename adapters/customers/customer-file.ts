import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';
import { parsePhoneNumber } from '#core/ids';
import { ConfigurationError } from '../settings/load-settings.ts';
import { DIGIT_HASH } from './digit-hash.ts';

const digitHash = z
  .string()
  .regex(DIGIT_HASH, 'expected a hash such as "scrypt$32768$…", as adapters/customers/hash-digits.ts prints it');

const customer = z.strictObject({
  id: z.string().min(1).max(100),
  name: z.string().min(1).max(200),
  language: z.string().max(35).optional(),
  numbers: z
    .array(z.string().refine((text) => parsePhoneNumber(text) !== undefined, 'expected an E.164 number in quotes'))
    .default([]),
  facts: z.record(z.string().max(100), z.coerce.string().max(500)).default({}),
  /** What the customer can prove themselves with. */
  proof: z.strictObject({ pin: digitHash.optional(), 'last-digits': digitHash.optional() }).default({}),
});

const customersFile = z.strictObject({ customers: z.array(customer) });

export type CustomerEntry = z.output<typeof customer>;

/** Throws `ConfigurationError` naming the file and every wrong field. */
export function readCustomerFile(path: string): CustomerEntry[] {
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
