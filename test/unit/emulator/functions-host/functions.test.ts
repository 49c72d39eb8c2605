import { describe, expect, it } from 'vitest';
import { readFunctions } from '../../../../emulator/functions-host/app/functions.ts';
import type { FunctionMetadata } from '../../../../emulator/functions-host/worker/rpc.ts';

const registered = (name: string, type: string, settings: object = {}, more: object = {}): FunctionMetadata => ({
  name,
  bindings: { [`${name}Trigger`]: { type, direction: 'in', ...settings } },
  ...more,
});

describe('the functions that an app registers', () => {
  it('are read by the kind of their trigger', () => {
    const functions = readFunctions(
      [
        registered('one', 'httpTrigger', { methods: ['get'], authLevel: 'function', route: 'ones/{id}' }),
        registered('two', 'eventGridTrigger'),
        registered('three', 'queueTrigger', { queueName: '%NAME%-in', connection: 'Work' }),
        registered('four', 'timerTrigger', { schedule: '0 0 3 * * *' }),
      ],
      { NAME: 'calls', AzureWebJobsWork: 'UseDevelopmentStorage=true' },
    );
    expect(functions).toMatchObject([
      { kind: 'http', methods: ['GET'], authLevel: 'function', route: { template: 'ones/{id}' } },
      { kind: 'event-grid', binding: 'twoTrigger' },
      { kind: 'queue', queueName: 'calls-in', connectionString: 'UseDevelopmentStorage=true' },
      { kind: 'timer', runOnStartup: false },
    ]);
  });

  it('are refused together, each with its reason', () => {
    const read = (): unknown =>
      readFunctions(
        [
          registered('one', 'httpTrigger', { route: 'a/{' }),
          registered('two', 'queueTrigger', { queueName: 'q' }),
          registered('three', 'timerTrigger', { schedule: 'daily' }),
          registered('four', 'cosmosDBTrigger'),
          registered('five', 'eventGridTrigger', {}, { retryOptions: { maxRetryCount: 3 } }),
        ],
        {},
      );
    for (const reason of [
      /function one: route "a\/\{"/,
      /function two: needs the setting AzureWebJobsStorage/,
      /function three: schedule "daily"/,
      /function four: has a trigger of type cosmosDBTrigger/,
      /function five: has a retry policy/,
    ]) {
      expect(read).toThrow(reason);
    }
  });
});
