import { describe, expect, it } from 'vitest';
import { PortError } from '#core/ports/error';
import { errorKind, serviceOf } from '#core/telemetry/error-kind';

describe('a failed request', () => {
  it.each([
    [{ retryable: true, status: 429 }, 'throttled'],
    [{ retryable: true, status: 503 }, 'server'],
    [{ retryable: false, status: 401 }, 'refused'],
    [{ retryable: true, status: 408 }, 'timeout'],
    [{ retryable: true }, 'unreachable'],
    [{ retryable: false }, 'other'],
  ] as const)('%o is counted as %s', (details, kind) => {
    expect(errorKind(new PortError('language-model', 'failed', details))).toBe(kind);
  });

  it('that nobody foresaw is counted as other', () => {
    expect(errorKind('what?')).toBe('other');
  });

  it('counts against the service behind the port', () => {
    expect([serviceOf('session-store'), serviceOf('customer-directory'), serviceOf('speech-to-text')]).toEqual([
      'storage',
      'crm',
      'speech-in',
    ]);
  });
});
