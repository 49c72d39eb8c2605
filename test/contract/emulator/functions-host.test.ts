import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QueueClient } from '@azure/storage-queue';
import { startAzurite, type Azurite } from '../../support/azurite.ts';
import { HOST_KEY, startHostProcess, type HostProcess } from '../../support/functions-host.ts';

const QUEUE = 'work';

let azurite: Azurite;
let host: HostProcess;
let queue: QueueClient;

beforeAll(async () => {
  azurite = await startAzurite();
  queue = new QueueClient(azurite.connectionString, QUEUE);
  host = await startHostProcess('test/fixtures/functions-app', {
    AzureWebJobsStorage: azurite.connectionString,
    QUEUE_NAME: QUEUE,
    FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '1000',
  });
});

afterAll(async () => {
  host.kill('SIGTERM');
  await host.exited;
  await azurite.stop();
});

describe('an HTTP function', () => {
  it('gets route parameters, query, headers and the bytes of the body', async () => {
    const response = await fetch(`${host.url}/api/Echo/loud/12?q=a%20b`, {
      method: 'PUT',
      headers: { 'x-question': 'why' },
      body: Buffer.from([0, 200, 10]),
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-answer')).toBe('why');
    expect(await response.json()).toEqual({
      params: { kind: 'loud', id: '12' },
      q: 'a b',
      method: 'PUT',
      bytes: '00c80a',
      function: 'echo',
    });
  });

  it('runs its hooks', async () => {
    expect(await host.line({ msg: 'hook' })).toBeDefined();
  });

  it('answers bytes as they are', async () => {
    const response = await fetch(`${host.url}/api/bytes`);
    expect(Buffer.from(await response.arrayBuffer()).toString('hex')).toBe('00ff80');
  });

  it.each([
    ['a path that breaks a constraint', 'PUT', '/api/echo/loud/twelve', 404],
    ['a path without the prefix', 'PUT', '/echo/loud/12', 404],
    ['a path that is not percent-encoded', 'PUT', '/api/echo/%zz/12', 404],
    ['a method it does not have', 'DELETE', '/api/echo/loud/12', 405],
    ['a function that returns nothing', 'GET', '/api/nothing', 204],
    ['a function that throws', 'GET', '/api/broken', 500],
    ['a missing key', 'GET', '/api/keyed', 401],
    ['a wrong key', 'GET', '/api/keyed?code=guess', 401],
    ['the key', 'GET', `/api/keyed?code=${HOST_KEY}`, 200],
  ])('answers %s', async (_what, method, path, status) => {
    expect((await fetch(`${host.url}${path}`, { method })).status).toBe(status);
  });

  it('takes the key in a header', async () => {
    const response = await fetch(`${host.url}/api/keyed`, { headers: { 'x-functions-key': HOST_KEY } });
    expect(response.status).toBe(200);
  });

  it('refuses a body above the limit', async () => {
    const response = await fetch(`${host.url}/api/echo/loud/1`, { method: 'POST', body: 'x'.repeat(1_001) });
    expect(response.status).toBe(413);
  });

  it('sees the settings of the app, and not the key of the host', async () => {
    const response = await fetch(`${host.url}/api/settings`);
    expect(await response.json()).toEqual({ hostname: new URL(host.url).host, runtime: 'node', key: null });
  });

  it('comes back after its process died', async () => {
    expect((await fetch(`${host.url}/api/dies`)).status).toBe(500);
    expect((await fetch(`${host.url}/api/bytes`)).status).toBe(200);
  });

  it('costs the process its life when it does not return in time', async () => {
    expect((await fetch(`${host.url}/api/hangs`)).status).toBe(500);
    expect((await fetch(`${host.url}/api/bytes`)).status).toBe(200);
  });
});

describe('the Event Grid web hook', () => {
  const hook = (name: string, key = HOST_KEY): string =>
    `${host.url}/runtime/webhooks/EventGrid?functionName=${name}&code=${key}`;
  const post = (url: string, kind: string, body: unknown): Promise<Response> =>
    fetch(url, { method: 'POST', headers: { 'aeg-event-type': kind }, body: JSON.stringify(body) });

  it('answers the validation of a subscription with its code', async () => {
    const response = await post(hook('event'), 'SubscriptionValidation', [{ data: { validationCode: 'c-1' } }]);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ validationResponse: 'c-1' });
  });

  it('answers the CloudEvents handshake', async () => {
    const headers = { 'WebHook-Request-Origin': 'eventgrid.azure.net' };
    const response = await fetch(hook('event'), { method: 'OPTIONS', headers });
    expect(response.status).toBe(200);
    expect(response.headers.get('webhook-allowed-origin')).toBe('eventgrid.azure.net');
  });

  it('runs the function once for each event of a batch', async () => {
    expect((await post(hook('event'), 'Notification', [{ id: 'e-1' }, { id: 'e-2' }])).status).toBe(202);
    expect(await host.line({ msg: 'event', id: 'e-1' })).toMatchObject({ metadata: { id: 'e-1' } });
    expect(await host.line({ msg: 'event', id: 'e-2' })).toBeDefined();
  });

  it('takes a single event, as CloudEvents come', async () => {
    expect((await post(hook('EVENT'), 'Notification', { id: 'e-3' })).status).toBe(202);
    expect(await host.line({ msg: 'event', id: 'e-3' })).toBeDefined();
  });

  it('answers 500 when the function fails, so that the batch comes again', async () => {
    const batch = [{ id: 'e-4' }, { id: 'e-5', data: { fail: true } }];
    expect((await post(hook('event'), 'Notification', batch)).status).toBe(500);
  });

  it.each([
    ['a wrong key', 'event', 'wrong', 'Notification', [{}], 401],
    ['a function that is not there', 'other', HOST_KEY, 'Notification', [{}], 404],
    ['a function of another kind', 'echo', HOST_KEY, 'Notification', [{}], 404],
    ['an unknown kind of request', 'event', HOST_KEY, 'Surprise', [{}], 400],
    ['a body that is no event', 'event', HOST_KEY, 'Notification', 7, 400],
    ['a validation without a code', 'event', HOST_KEY, 'SubscriptionValidation', [], 400],
    ['the end of a subscription', 'event', HOST_KEY, 'SubscriptionDeletion', [], 202],
  ])('answers %s', async (_what, name, key, kind, body, status) => {
    expect((await post(hook(name, key), kind, body)).status).toBe(status);
  });
});

describe('a queue function', () => {
  const send = (entry: unknown): Promise<unknown> =>
    queue.sendMessage(Buffer.from(JSON.stringify(entry)).toString('base64'));

  it('gets each message once, decoded, and takes it off the queue', async () => {
    await queue.createIfNotExists();
    await send({ id: 1 });
    expect(await host.line({ msg: 'queued' })).toMatchObject({ entry: { id: 1 }, dequeueCount: 1 });
  });

  it('gets a message again when it failed, and then gives it to the poison queue', async () => {
    const text = Buffer.from(JSON.stringify({ id: 2, fail: true })).toString('base64');
    await queue.sendMessage(text);
    await host.line({ msg: 'queued', dequeueCount: 2 });
    await host.line({ msg: 'queue message poisoned', dequeueCount: 2 });
    const poison = new QueueClient(azurite.connectionString, `${QUEUE}-poison`);
    const { receivedMessageItems } = await poison.receiveMessages();
    expect(receivedMessageItems.map(({ messageText }) => messageText)).toEqual([text]);
    expect((await queue.getProperties()).approximateMessagesCount).toBe(0);
  });

  it('gets the next message while it still works on the one before', async () => {
    await send({ id: 4, waits: true });
    await host.line({ msg: 'waiting' });
    await send({ id: 5, goOn: true });
    expect(await host.line({ msg: 'went on' })).toMatchObject({ dequeueCount: 1 });
  });

  it('never sees a message that is not encoded as agreed', async () => {
    await queue.sendMessage('{"id":3}');
    expect(await host.line({ msg: 'queue message is not base64' })).toBeDefined();
  });
});

describe('the admin API', () => {
  const run = (name: string, body: unknown, key = HOST_KEY): Promise<Response> =>
    fetch(`${host.url}/admin/functions/${name}`, {
      method: 'POST',
      headers: { 'x-functions-key': key },
      body: JSON.stringify(body),
    });

  it('runs a queue function by hand', async () => {
    expect((await run('queued', { input: '{"by":"hand"}' })).status).toBe(202);
    await host.line({ msg: 'function ended', functionName: 'queued' });
  });

  it.each([
    ['a wrong key', 'timed', {}, 'wrong', 401],
    ['an unknown function', 'other', {}, HOST_KEY, 404],
    ['an HTTP function', 'echo', {}, HOST_KEY, 400],
    ['a timer function', 'timed', {}, HOST_KEY, 202],
  ])('answers %s', async (_what, name, body, key, status) => {
    expect((await run(name, body, key)).status).toBe(status);
  });
});

describe('a timer function', () => {
  it('runs at the start when it asks for that, and is told when it runs next', async () => {
    const { timer } = await host.line({ msg: 'timed' });
    expect(timer).toMatchObject({ isPastDue: false, schedule: { adjustForDST: true } });
  });
});
