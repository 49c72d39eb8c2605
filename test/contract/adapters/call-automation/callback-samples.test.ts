import { describe, expect, it } from 'vitest';
import { parseCallbackBody } from '#adapters/call-automation/callback-events';
import { contractsAreHere, readContract } from '../../../support/contracts.ts';

const samples = contractsAreHere
  ? Object.entries(
      (readContract('samples/callback-events.json') as { callbackBodies: Record<string, unknown> }).callbackBodies,
    )
  : [];

describe.skipIf(!contractsAreHere)('a callback in the recorded shape', () => {
  it.each(samples)('%s is read, and its type is known', (_, body) => {
    const result = parseCallbackBody(JSON.stringify(body), 0);
    expect(result).toMatchObject({ ok: true, events: [{ known: true }] });
  });
});
