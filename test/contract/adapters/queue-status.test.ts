import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { httpQueueStatus, type HttpQueueStatus } from '#adapters/queues/http-queue-status';
import { queueStatusSettings } from '#adapters/queues/settings';
import { loadSettings } from '#adapters/settings/load-settings';
import { json, startCustomerService } from '../../support/customer-service.ts';
import { startHttpRecorder, type HttpRecorder } from '../../support/http-recorder.ts';
import { manualClock } from '../../support/manual-clock.ts';

let desk: HttpRecorder;
let opened: HttpQueueStatus[] = [];
beforeEach(async () => {
  desk = await startHttpRecorder();
});
afterEach(async () => {
  for (const source of opened) source.close();
  opened = [];
  await desk.close();
});

const { signal } = new AbortController();
const clock = manualClock();

const load = (env: Readonly<Record<string, string>>) =>
  loadSettings('test', { queueStatus: queueStatusSettings }, env).queueStatus;

function open(env: Readonly<Record<string, string>> = {}): HttpQueueStatus {
  const { port } = new URL(desk.url);
  const settings = load({
    QUEUE_STATUS_URL: `http://localhost:${port}/queues/{queue}/now`,
    QUEUE_STATUS_KEY: 's3cret',
    TOOL_HOSTS: `localhost:${port}`,
    ALLOW_INSECURE_URLS: 'true',
    ...env,
  });
  return openWith(settings);
}

function openWith(settings: ReturnType<typeof load>): HttpQueueStatus {
  if (settings === undefined) throw new Error('the source is set');
  const source = httpQueueStatus(settings, { clock, log: pino({ level: 'silent' }) });
  opened.push(source);
  return source;
}

describe('how it looks in a queue', () => {
  it('is asked of the people’s own system, with its key', async () => {
    desk.respond({ status: 200, json: { open: true, waitMinutes: 5.5, agentsAvailable: 2, mood: 'good' } });
    expect(await open().read('disputes', signal)).toEqual({ isOpen: true, waitMinutes: 5.5, agentsAvailable: 2 });
    expect(desk.requests).toMatchObject([
      { method: 'GET', path: '/queues/disputes/now', headers: { authorization: 'Bearer s3cret' } },
    ]);
  });

  it('is asked with the key in a header of the system’s own', async () => {
    desk.respond({ status: 200, json: { open: false } });
    await open({ QUEUE_STATUS_KEY_HEADER: 'X-Api-Key' }).read('disputes', signal);
    expect(desk.requests[0]?.headers).toMatchObject({ 'x-api-key': 's3cret' });
    expect(desk.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('is asked with a token, where the system wants OAuth', async () => {
    const acd = await startCustomerService();
    onTestFinished(() => acd.close());
    acd.answer(json({ waitMinutes: 3 }));
    const settings = load({
      QUEUE_STATUS_URL: `${acd.url}/queues/{queue}`,
      QUEUE_STATUS_TOKEN_URL: `${acd.url}/token`,
      QUEUE_STATUS_CLIENT_ID: 'bridge',
      QUEUE_STATUS_CLIENT_SECRET: 's3cret',
      TOOL_HOSTS: acd.host,
      ALLOW_INSECURE_URLS: 'true',
    });
    expect(await openWith(settings).read('disputes', signal)).toMatchObject({ waitMinutes: 3 });
    expect(acd.tokenRequests).toHaveLength(1);
    expect(acd.requests).toMatchObject([{ path: '/queues/disputes', headers: { authorization: 'Bearer token-1' } }]);
  });

  it('is known in part when a field is missing or wrong', async () => {
    desk.respond({ status: 200, json: { open: 'yes', waitMinutes: -1, agentsAvailable: 0 } });
    expect(await open().read('disputes', signal)).toEqual({
      isOpen: undefined,
      waitMinutes: undefined,
      agentsAvailable: 0,
    });
  });

  it.each([
    ['an answer that says nothing', { status: 200, json: { mood: 'good' } }],
    ['an answer that is no JSON', { status: 200 }],
    ['an error of theirs', { status: 500, json: {} }],
    ['a refused key', { status: 401, json: {} }],
    ['a redirect', { status: 302, json: {}, headers: { location: 'http://elsewhere.example' } }],
    ['no answer in time', 'hang'],
  ] as const)('is not known after %s', async (_, response) => {
    desk.respond(response);
    await expect(open({ QUEUE_STATUS_TIMEOUT_MS: '100' }).read('disputes', signal)).rejects.toMatchObject({
      name: 'PortError',
      port: 'queue-status',
    });
  });

  it('is not known when nobody listens', async () => {
    const source = open();
    await desk.close();
    await expect(source.read('disputes', signal)).rejects.toMatchObject({ port: 'queue-status', retryable: true });
    desk = await startHttpRecorder();
  });

  it('is asked once for many callers, and again when the answer has grown old', async () => {
    desk.respond({ status: 200, json: { waitMinutes: 1 } }, { status: 200, json: { waitMinutes: 2 } });
    const source = open({ QUEUE_STATUS_MAX_AGE_MS: '1000' });
    const first = await Promise.all([source.read('disputes', signal), source.read('disputes', signal)]);
    expect(first.map(({ waitMinutes }) => waitMinutes)).toEqual([1, 1]);
    await clock.advance(1_001);
    expect(await source.read('disputes', signal)).toMatchObject({ waitMinutes: 2 });
    expect(desk.requests).toHaveLength(2);
  });

  it('is asked for each queue of its own', async () => {
    desk.respond({ status: 200, json: { open: true } });
    const source = open();
    await source.read('disputes', signal);
    await source.read('general', signal);
    expect(desk.requests.map(({ path }) => path)).toEqual(['/queues/disputes/now', '/queues/general/now']);
  });

  it('does not hold up a caller after the call, and goes on for the others', async () => {
    desk.respond('hang');
    const source = open();
    const call = new AbortController();
    const asked = source.read('disputes', call.signal);
    call.abort(new Error('the call is over'));
    await expect(asked).rejects.toThrow('the call is over');
  });
});

describe('the settings of a queue status source', () => {
  const complete = {
    QUEUE_STATUS_URL: 'https://acd.contoso.example/queues/{queue}',
    QUEUE_STATUS_KEY: 's3cret',
    TOOL_HOSTS: 'acd.contoso.example',
  };

  it('are none where nobody is asked', () => {
    expect(load({})).toBeUndefined();
    expect(load(complete)).toMatchObject({ timeoutMs: 700, maxAgeMs: 10_000 });
  });

  it.each([
    [
      'a URL that names no queue',
      { QUEUE_STATUS_URL: 'https://acd.contoso.example/queues' },
      /\{queue\} in it.*\n.*QUEUE_STATUS_URL/,
    ],
    [
      'a place that nothing fills',
      { QUEUE_STATUS_URL: 'https://acd.contoso.example/{queue}/{id}' },
      /no place in it but \{queue\}/,
    ],
    ['a host that is filled in', { QUEUE_STATUS_URL: 'https://{queue}.contoso.example/' }, /its host without a place/],
    ['a host nobody allowed', { TOOL_HOSTS: 'crm.contoso.example' }, /not in TOOL_HOSTS/],
    ['http', { QUEUE_STATUS_URL: 'http://acd.contoso.example/{queue}' }, /expected https/],
    ['no key', { QUEUE_STATUS_KEY: undefined }, /QUEUE_STATUS_KEY/],
    ['a key that no header can carry', { QUEUE_STATUS_KEY: 'one\r\ntwo' }, /printable characters/],
    ['a budget longer than a caller is kept', { QUEUE_STATUS_TIMEOUT_MS: '5000' }, /QUEUE_STATUS_TIMEOUT_MS/],
  ])('with %s say what is wrong', (_, change, problem) => {
    const env = Object.fromEntries(
      Object.entries({ ...complete, ...change }).filter(([, value]) => value !== undefined),
    );
    expect(() => load(env as Record<string, string>)).toThrow(problem);
  });
});
