import { describe, expect, it } from 'vitest';
import { replyFailure } from '#core/conversation/reply-failure';
import { PortError, type PortName } from '#core/ports/error';

const error = (port: PortName, code?: string): PortError =>
  new PortError(port, 'it failed', { retryable: false, ...(code === undefined ? {} : { code }) });

describe('a reply that failed', () => {
  it.each([
    ['was stopped by a content filter', error('language-model', 'content_filter'), 'filtered'],
    ['had nothing in it', error('language-model', 'empty_reply'), 'empty'],
    ['was refused because the service is busy', error('language-model', 'rate_limit_exceeded'), 'unavailable'],
    ['came from a model nobody reaches', error('language-model'), 'unavailable'],
    ['could not be spoken', error('text-to-speech', 'ConnectionFailure'), 'voice'],
    ['met a voice that says it filters', error('text-to-speech', 'content_filter'), 'voice'],
    ['broke in another part', error('session-store', 'content_filter'), 'unavailable'],
    ['broke in a way nobody foresaw', new TypeError('x is undefined'), 'unavailable'],
    ['failed with no error at all', undefined, 'unavailable'],
  ])('because it %s is told apart', (_, failure, kind) => {
    expect(replyFailure(failure)).toBe(kind);
  });
});
