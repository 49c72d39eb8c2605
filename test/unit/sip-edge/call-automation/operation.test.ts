import { describe, expect, it } from 'vitest';
import { createRouter, type Operation } from '../../../../sip-edge/call-automation/operation.ts';
import { RepeatableResponses } from '../../../../sip-edge/call-automation/repeatability.ts';

const operation = (id: string, path: string): Operation => ({
  id,
  method: 'GET',
  path,
  handle: () => ({ status: 200 }),
});
const find = createRouter([
  operation('get', '/calls/{callConnectionId}'),
  operation('play', '/calls/{callConnectionId}:play'),
  operation('participant', '/calls/{callConnectionId}/participants/{participantRawId}'),
]);

describe('the path of a request', () => {
  it.each([
    ['/calls/a-b', 'get', { callConnectionId: 'a-b' }],
    ['/calls/a-b:play', 'play', { callConnectionId: 'a-b' }],
    [
      '/calls/a/participants/4%3A%2B15550002',
      'participant',
      { callConnectionId: 'a', participantRawId: '4:+15550002' },
    ],
    ['/calls/a/participants/4:+15550002', 'participant', { callConnectionId: 'a', participantRawId: '4:+15550002' }],
  ])('%s is %s', (path, id, parameters) => {
    expect(find('GET', path)).toMatchObject({ operation: { id }, parameters });
  });

  it.each(['/calls', '/calls/', '/calls/a:dance', '/calls/a/participants/%E0%A4%A', '/calls/a/b/c'])(
    '%s is no operation',
    (path) => {
      expect(find('GET', path)).toBeUndefined();
    },
  );
});

describe('a repeated request', () => {
  it('runs once, and again only after a failure of ours', async () => {
    const responses = new RepeatableResponses();
    const statuses = [500, 202, 200];
    const run = (): Promise<{ status: number }> => Promise.resolve({ status: statuses.shift() ?? 0 });
    expect((await responses.once('key', run)).status).toBe(500);
    expect((await responses.once('key', run)).status).toBe(202);
    expect((await responses.once('key', run)).status).toBe(202);
    expect((await responses.once('other', run)).status).toBe(200);
  });
});
