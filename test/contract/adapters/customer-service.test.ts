import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openService, type OpenService } from '#adapters/http-tools/http-service';
import { httpDirectory } from '#adapters/customers/http-directory';
import { httpProof } from '#adapters/customers/http-proof';
import { customerSettings, type CustomerService } from '#adapters/customers/settings';
import { createLogger } from '#adapters/logging/logger';
import { loadSettings } from '#adapters/settings/load-settings';
import type { PhoneNumber } from '#core/ids';
import type { Customer } from '#core/ports/customer-directory';
import { PortError } from '#core/ports/error';
import {
  breakOff,
  closeConnection,
  hang,
  json,
  raw,
  startCustomerService,
  type CustomerServiceUnderTest,
} from '../../support/customer-service.ts';
import { manualClock, type ManualClock } from '../../support/manual-clock.ts';

const KEY = 'the-key-of-the-crm';
const CLIENT_SECRET = 'p+ss:w/rd';
const never = new AbortController().signal;
const maria = { id: 'C-1', name: 'Maria Silva', language: 'en-US', facts: { card: 'ends in 4242' } };
const number = '+14255550100' as PhoneNumber;

let crm: CustomerServiceUnderTest;
let clock: ManualClock;
let lines: string[];
beforeEach(async () => {
  crm = await startCustomerService();
  clock = manualClock();
  lines = [];
  crm.answer(json(maria));
});

function open(env: Readonly<Record<string, string>> = {}): OpenService<CustomerService> {
  const { customers } = loadSettings(
    'test',
    { customers: customerSettings },
    {
      TOOL_HOSTS: crm.host,
      ALLOW_INSECURE_URLS: 'true',
      CUSTOMERS_BY_ID_URL: `${crm.url}/customers/{id}`,
      CUSTOMERS_BY_NUMBER_URL: `${crm.url}/customers?phone={number}`,
      CUSTOMERS_PROOF_URL: `${crm.url}/customers/{id}/proof`,
      CUSTOMERS_TIMEOUT_MS: '1000',
      ...(env['CUSTOMERS_TOKEN_URL'] === undefined ? { CUSTOMERS_KEY: KEY } : {}),
      ...env,
    },
  );
  const log = createLogger('test', { level: 'debug', callerData: 'plain' }, { write: (line) => lines.push(line) });
  const service = openService(customers.service as CustomerService, { port: 'customer-directory', clock, log });
  onTestFinished(async () => {
    service.close();
    await crm.close();
  });
  return service;
}

function find(
  service: OpenService<CustomerService>,
  id = 'C-1',
  signal: AbortSignal = never,
): Promise<Customer | undefined> {
  return httpDirectory(service).find({ by: 'id', id }, signal);
}

async function failureOf(asked: Promise<unknown>): Promise<PortError> {
  const error: unknown = await asked.catch((reason: unknown) => reason);
  if (!(error instanceof PortError)) throw new Error('expected a PortError', { cause: error });
  return error;
}

describe('a customer service', () => {
  it('is asked by id and by number, with the key, and its answer is the customer', async () => {
    const directory = httpDirectory(open());
    expect(await directory.find({ by: 'id', id: 'C 1/2?x=#' }, never)).toEqual(maria);
    expect(await directory.find({ by: 'number', number }, never)).toEqual(maria);
    expect(crm.requests.map(({ path }) => path)).toEqual([
      '/customers/C%201%2F2%3Fx%3D%23',
      '/customers?phone=%2B14255550100',
    ]);
    expect(crm.requests[0]?.headers).toMatchObject({ authorization: `Bearer ${KEY}`, accept: 'application/json' });
  });

  it('gets the key in a header of its own where that is set', async () => {
    await find(open({ CUSTOMERS_KEY_HEADER: 'X-Api-Key' }));
    expect(crm.requests[0]?.headers).toMatchObject({ 'x-api-key': KEY });
    expect(crm.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('is not asked for an id that would climb to another path', async () => {
    expect(await find(open(), '..')).toBeUndefined();
    expect(crm.requests).toEqual([]);
  });

  it.each([404, 410, 204])('knows nobody when it answers %i', async (status) => {
    crm.answer((response) => void response.writeHead(status).end());
    expect(await find(open())).toBeUndefined();
  });

  it.each([
    ['an answer of 500', json({ detail: 'stack' }, 500), { retryable: true, status: 500 }],
    ['an answer of 400', json({}, 400), { retryable: false, status: 400 }],
    ['a key that is refused', json({}, 401), { retryable: false, status: 401 }],
    ['a redirect', json({}, 302, { location: 'http://elsewhere.example/' }), { retryable: false, status: 302 }],
    ['being asked to wait', json({}, 429, { 'retry-after': '7' }), { retryable: true, retryAfterMs: 7_000 }],
    ['a page instead of JSON', raw('<html>maintenance</html>'), { retryable: false, code: 'unreadable' }],
    ['JSON without a customer', json({ hello: 1 }), { retryable: false, code: 'unreadable' }],
    ['an answer of a megabyte', json({ ...maria, more: 'x'.repeat(1_000_000) }), { code: 'unreadable' }],
    ['an answer that breaks off', breakOff, { retryable: true }],
  ])('fails with %s, in an error that says so and has nothing of the customer', async (_, behaviour, details) => {
    crm.answer(behaviour);
    const error = await failureOf(find(open(), 'C-77'));
    expect(error).toMatchObject({ port: 'customer-directory', ...details });
    expect(JSON.stringify([error.message, lines])).not.toMatch(/C-77|the-key-of/);
  });

  it('fails when it does not answer in time', async () => {
    crm.answer(hang);
    const error = await failureOf(find(open({ CUSTOMERS_TIMEOUT_MS: '100' })));
    expect(error).toMatchObject({ retryable: true, message: 'customer-directory: no answer within 100 ms' });
  });

  it('is left alone as soon as nobody waits any more', async () => {
    crm.answer(hang);
    const hungUp = new AbortController();
    const found = find(open(), 'C-1', hungUp.signal);
    await crm.asked(1);
    hungUp.abort(new Error('the caller has hung up'));
    await expect(found).rejects.toThrow('the caller has hung up');
  });

  it('is asked once more when it closes the connection', async () => {
    crm.answer(closeConnection, json(maria));
    expect(await find(open())).toEqual(maria);
  });

  it('is asked no third time when it closes the connection again', async () => {
    crm.answer(closeConnection);
    expect(await failureOf(find(open()))).toMatchObject({ retryable: true });
    expect(crm.requests).toHaveLength(2);
  });

  it('rests after three failures in a row, and is asked again after that', async () => {
    crm.answer(json({}, 503));
    const service = open();
    for (let failures = 0; failures < 3; failures += 1) await failureOf(find(service));
    expect(await failureOf(find(service))).toMatchObject({ code: 'rests', retryable: true });
    expect(crm.requests).toHaveLength(3);
    crm.answer(json(maria));
    await clock.advance(5_000);
    expect(await find(service)).toEqual(maria);
  });

  it('rests at once, for as long as it asks', async () => {
    crm.answer(json({}, 429, { 'retry-after': '20' }), json(maria));
    const service = open();
    await failureOf(find(service));
    await clock.advance(19_999);
    expect(await failureOf(find(service))).toMatchObject({ code: 'rests' });
    await clock.advance(1);
    expect(await find(service)).toEqual(maria);
  });
});

describe('a customer service with OAuth', () => {
  const oauth = (): OpenService<CustomerService> =>
    open({
      CUSTOMERS_TOKEN_URL: `${crm.url}/token`,
      CUSTOMERS_CLIENT_ID: 'trunk line',
      CUSTOMERS_CLIENT_SECRET: CLIENT_SECRET,
      CUSTOMERS_SCOPE: 'customers.read',
    });
  const token = (text: string, lifeS = 3_600) => json({ access_token: text, token_type: 'bearer', expires_in: lifeS });
  const bearers = (): unknown[] => crm.requests.map(({ headers }) => headers.authorization);

  it('gets a token for the client, once for all that ask at the same time', async () => {
    crm.answerToken(token('one'), token('two'));
    const service = oauth();
    await Promise.all(Array.from({ length: 10 }, () => find(service)));
    expect(crm.tokenRequests).toHaveLength(1);
    expect(crm.tokenRequests[0]).toMatchObject({
      method: 'POST',
      body: 'grant_type=client_credentials&scope=customers.read',
      headers: {
        authorization: `Basic ${Buffer.from('trunk+line:p%2Bss%3Aw%2Frd').toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
    });
    expect(new Set(bearers())).toEqual(new Set(['Bearer one']));
  });

  it('has its token renewed before the end while the old one is used, and nobody waits', async () => {
    crm.answerToken(token('one'), hang);
    const service = oauth();
    await find(service);
    await clock.advance(3_600_000 - 60_000);
    expect(await find(service)).toEqual(maria);
    expect(await find(service)).toEqual(maria);
    expect(bearers()).toEqual(['Bearer one', 'Bearer one', 'Bearer one']);
  });

  it('gets a new token when the old one has ended', async () => {
    crm.answerToken(token('one', 10), token('two'));
    const service = oauth();
    await find(service);
    await clock.advance(10_000);
    await find(service);
    expect(bearers()).toEqual(['Bearer one', 'Bearer two']);
  });

  it('gets one fresh token when it refuses one, and no third', async () => {
    crm.answerToken(token('one'), token('two'), token('three'));
    crm.answer(json({}, 401), json(maria), json({}, 401));
    const service = oauth();
    expect(await find(service)).toEqual(maria);
    expect(bearers()).toEqual(['Bearer one', 'Bearer two']);
    expect(await failureOf(find(service))).toMatchObject({ status: 401, retryable: false });
    expect(crm.tokenRequests).toHaveLength(3);
  });

  it.each([
    ['refuses the client', json({ error: 'invalid_client' }, 401), { status: 401, retryable: false }],
    ['is down', json({}, 503), { status: 503, retryable: true }],
    ['gives no token', json({ token_type: 'bearer' }), { retryable: false }],
    ['gives one that cannot stand in a header', token('a\r\nX-Admin: 1'), { retryable: false }],
  ])('is not asked when the token endpoint %s', async (_, behaviour, details) => {
    crm.answerToken(behaviour);
    const error = await failureOf(find(oauth()));
    expect(error).toMatchObject({ port: 'customer-directory', ...details });
    expect(error.message).toMatch(/^customer-directory: token: /);
    expect(crm.requests).toEqual([]);
    expect(JSON.stringify([error.message, lines])).not.toContain(CLIENT_SECRET);
  });

  it('keeps to the time of the look-up when the token endpoint hangs', async () => {
    crm.answerToken(hang);
    expect(await failureOf(find(oauth()))).toMatchObject({ message: 'customer-directory: no answer within 1000 ms' });
  });
});

describe('a proof that a customer service checks', () => {
  const check = (service: OpenService<CustomerService>, digits = '4711') =>
    httpProof(service, `${crm.url}/customers/{id}/proof`).check('C-1', 'pin', digits, never);

  it.each(['right', 'wrong', 'not-set', 'locked'] as const)('is %s when it says so', async (result) => {
    crm.answer(json({ result }));
    expect(await check(open())).toBe(result);
    expect(crm.requests).toMatchObject([
      { method: 'POST', path: '/customers/C-1/proof', body: '{"kind":"pin","digits":"4711"}' },
    ]);
  });

  it('is not set for a customer it does not know, and locked when it says that with its status', async () => {
    crm.answer(json({}, 404), json({}, 423));
    const service = open();
    expect(await check(service)).toBe('not-set');
    expect(await check(service)).toBe('locked');
  });

  it('is neither right nor wrong when it cannot be checked, and the digits are in no error and no log line', async () => {
    const service = open();
    for (const behaviour of [json({}, 500), raw('right'), json({ result: 'yes' }), json({}, 400)]) {
      crm.answer(behaviour);
      const error = await failureOf(check(service, '90817'));
      expect(error.port).toBe('identity-proof');
      expect(JSON.stringify([error.message, String(error.cause), lines])).not.toContain('90817');
    }
  });

  it('is sent once: a try that is repeated would count twice', async () => {
    crm.answer(closeConnection);
    await failureOf(check(open()));
    expect(crm.requests).toHaveLength(1);
  });

  it.each(['', '12', '1234567890123', '12a4', '１２３４'])(
    'is wrong without asking when "%s" is said',
    async (digits) => {
      expect(await check(open(), digits)).toBe('wrong');
      expect(crm.requests).toEqual([]);
    },
  );
});
