import { describe, expect, it } from 'vitest';
import { promptErrors } from '#adapters/logging/gathered-lines';
import { createLogger } from '#adapters/logging/logger';

describe('lines of a busy program', () => {
  it.each(['error', 'fatal'] as const)('are gathered, and written with the %s that follows them', (level) => {
    const done: string[] = [];
    const messageOf = (line: string): string => (JSON.parse(line) as { msg: string }).msg;
    const out = { write: (line: string) => void done.push(messageOf(line)), flush: () => void done.push('written') };
    const log = createLogger('test', { level: 'info', callerData: 'redact' }, promptErrors(out));
    log.info('one');
    log.warn('two');
    log[level]('three');
    log.info('four');
    expect(done).toEqual(['one', 'two', 'three', 'written', 'four']);
  });
});
