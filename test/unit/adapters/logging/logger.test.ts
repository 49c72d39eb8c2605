import { describe, expect, it } from 'vitest';
import { createLogger, type LogConfig } from '#adapters/logging/logger';
import { PortError } from '#core/ports/error';

function logged(callerData: LogConfig['callerData'], fields: Record<string, unknown>): Record<string, unknown> {
  let line = '';
  const log = createLogger('functions', { level: 'info', callerData }, { write: (text) => void (line = text) });
  log.info(fields, 'call offered');
  return JSON.parse(line) as Record<string, unknown>;
}

describe('a log line', () => {
  it('has the component, the time in milliseconds and a constant message', () => {
    const line = logged('redact', { callId: 'c-1' });
    expect(line).toMatchObject({ component: 'functions', msg: 'call offered', callId: 'c-1' });
    expect(line['time']).toBeTypeOf('number');
    expect(line).not.toHaveProperty('hostname');
  });

  it('hides what callers say, press and are called', () => {
    const line = logged('redact', {
      from: '+14255550100',
      text: 'my card',
      key: '4',
      headers: { a: 'b' },
      turn: { text: 'x' },
    });
    expect(JSON.stringify(line)).not.toMatch(/4255550100|my card|"4"|"b"|"x"/);
  });

  it('shows it where a person chose so', () => {
    expect(logged('plain', { text: 'my card' })).toMatchObject({ text: 'my card' });
  });

  it('never shows a secret', () => {
    const line = logged('plain', { ticket: 'v1.1.x', request: { authorization: 'Bearer x' } });
    expect(JSON.stringify(line)).not.toMatch(/v1\.1|Bearer/);
  });

  it('says of an error what port and status, and no ticket out of a URL', () => {
    const cause = new Error('GET https://app/calls/c-1/events?ticket=v1.1.abc failed');
    const err = new PortError('call-control', 'answer: 500', { retryable: true, status: 500, cause });
    const line = logged('plain', { err });
    expect(line['err']).toMatchObject({ type: 'PortError', port: 'call-control', retryable: true, status: 500 });
    expect(JSON.stringify(line)).not.toContain('v1.1.abc');
  });
});
