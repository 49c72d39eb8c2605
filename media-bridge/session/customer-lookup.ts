import type { Log } from '#adapters/logging/logger';
import { parsePhoneNumber } from '#core/ids';
import { claimed } from '#core/identity/caller-identity';
import { shownCustomer } from '#core/identity/shown-customer';
import { clip, plainText } from '#core/plain-text';
import type { Customer, CustomerDirectory, CustomerQuery } from '#core/ports/customer-directory';
import type { ToolRunner } from '#core/ports/tool-runner';
import { argumentsSchema, readArguments, type ToolArguments, type ToolParameters } from '#core/tools/parameters';
import type { CallOfTools } from './tool-runner.ts';

/** Nobody misremembers their number more often; who tries on is trying numbers out. */
const LOOKUPS_MAX = 4;
const ANSWER_BUDGET_MS = 4_000;
const RESULT_MAX_CHARS = 2_000;

const PARAMETERS: ToolParameters = {
  customer_id: {
    type: 'string',
    description: 'The customer id as the caller said it, without spaces.',
    required: false,
    maxLength: 100,
  },
  phone_number: {
    type: 'string',
    description: 'Or a phone number of theirs, with + and country code, digits only.',
    required: false,
    maxLength: 30,
  },
};

/** `lookup_customer`: who it is that the caller says they are. Never throws but the signal's reason. */
export function customerLookup(customers: CustomerDirectory, { facts, onCustomer }: CallOfTools, log: Log): ToolRunner {
  let lookups = 0;
  return {
    tools: [
      {
        name: 'lookup_customer',
        description:
          'Find the record of the customer by the id or a phone number the caller gives, when the record of the caller is not known or is not theirs. It does not prove who the caller is.',
        parameters: argumentsSchema(PARAMETERS),
      },
    ],
    changes: () => false,
    meanwhile: () => undefined,
    run: async (call, signal) => {
      signal.throwIfAborted();
      const reading = readArguments(PARAMETERS, call.argumentsJson);
      if (!reading.ok) return { outcome: 'refused', text: reading.problem };
      const query = queryOf(reading.values);
      if (query === undefined) return { outcome: 'refused', text: 'Give a customer_id, or a phone_number with its +.' };
      const { callId } = facts().offer;
      lookups += 1;
      if (lookups > LOOKUPS_MAX) return { outcome: 'refused', text: 'There were too many look-ups in this call.' };
      try {
        const found = await customers.find(query, AbortSignal.any([signal, AbortSignal.timeout(ANSWER_BUDGET_MS)]));
        log.info({ callId, by: query.by, found: found !== undefined }, 'customer looked up');
        if (found === undefined) return { outcome: 'done', text: 'No customer has this. It may have been misheard.' };
        onCustomer(found);
        const { agent, identity } = facts();
        const shown = shownCustomer(claimed(identity, found, 'words'), agent) ?? found;
        return { outcome: 'done', text: told(shown) };
      } catch (error) {
        signal.throwIfAborted();
        log.warn({ callId, err: error }, 'customer look-up failed');
        return { outcome: 'failed', text: 'The customers could not be searched.' };
      }
    },
  };
}

function queryOf(values: ToolArguments): CustomerQuery | undefined {
  const id = values.get('customer_id');
  if (typeof id === 'string') return { by: 'id', id };
  const number = parsePhoneNumber(String(values.get('phone_number') ?? '').replace(/[\s().-]/g, ''));
  return number === undefined ? undefined : { by: 'number', number };
}

function told({ id, name, facts }: Customer): string {
  return clip(plainText(JSON.stringify({ id, name, facts })), RESULT_MAX_CHARS);
}
