import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { fileURLToPath } from 'node:url';
import { HttpRequest, InvocationContext } from '@azure/functions';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { callIdentity } from '#adapters/call-automation/call-identity';
import { tableCallStore } from '#adapters/storage/table-call-store';
import { tableSessionStore } from '#adapters/storage/table-session-store';
import type { CorrelationId } from '#core/ids';
import type * as Compose from '../../../functions/app/compose.ts';
import { connectMedia } from '../../support/acs-media-socket.ts';
import { startAzurite, type Azurite } from '../../support/azurite.ts';
import { startBreakableProxy, type BreakableProxy, type ProxyMode } from '../../support/breakable-proxy.ts';
import { startBridgeUnderTest, type BridgeUnderTest } from '../../support/bridge-under-test.ts';
import { callbackRequest, incomingCallEvent, TICKET_SECRET } from '../../support/function-services.ts';
import { startHttpRecorder, type HttpRecorder } from '../../support/http-recorder.ts';
import { connectionId } from '../../support/offered-call.ts';

const AUDIENCE = 'a7c5e5ae-0000-4000-8000-2b6c1f5d7e90';
const ISSUER = 'https://acscallautomation.communication.azure.com';
const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const { signal } = new AbortController();
const context = new InvocationContext({ functionName: 'test' });

let azurite: Azurite;
let tables: BreakableProxy;
let queues: BreakableProxy;
let acs: HttpRecorder;
let keys: HttpRecorder;
let token: string;
let handlers: typeof Compose.handlers;
let under: BridgeUnderTest;
let correlationId: CorrelationId;
const callIdNow = () => callIdentity(correlationId).callId;
const accountOf = (connectionString: string) =>
  ({ by: 'connection-string', connectionString, allowInsecure: true }) as const;

beforeAll(async () => {
  [azurite, acs, keys] = await Promise.all([startAzurite(), startHttpRecorder(), startHttpRecorder()]);
  const endpoint = (service: string): string =>
    new RegExp(`${service}Endpoint=(http://[^/;]+)`).exec(azurite.connectionString)?.[1] ?? '';
  [tables, queues] = await Promise.all([
    startBreakableProxy(endpoint('Table')),
    startBreakableProxy(endpoint('Queue')),
  ]);
  const proxied = azurite.connectionString
    .replace(endpoint('Table'), tables.url)
    .replace(endpoint('Queue'), queues.url);
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  keys.respond({ status: 200, json: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256' }] } });
  token = await new SignJWT()
    .setProtectedHeader({ alg: 'RS256', kid: 'k' })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setExpirationTime('5m')
    .sign(privateKey);
  const account = accountOf(proxied);
  under = await startBridgeUnderTest({ calls: tableCallStore(account), sessions: tableSessionStore(account) });
  Object.assign(process.env, {
    ACS_ENDPOINT: acs.url,
    ACS_ACCESS_KEY: Buffer.from('key').toString('base64'),
    ACS_RESOURCE_ID: AUDIENCE,
    ACS_JWKS_URL: keys.url,
    ALLOW_INSECURE_URLS: 'true',
    AGENTS_DIR: `${REPOSITORY}agents`,
    AzureWebJobsStorage: proxied,
    STORAGE_CONNECTION_STRING: proxied,
    TICKET_SECRET,
    CALLBACK_BASE_URL: 'http://functions/api',
    MEDIA_BASE_URL: under.bridge.url.replace('http:', 'ws:'),
    LOG_LEVEL: 'silent',
  });
  ({ handlers } = await import('../../../functions/app/compose.ts'));
}, 60_000);
afterAll(async () => {
  await under.close();
  await Promise.all([tables.close(), queues.close(), azurite.stop(), acs.close(), keys.close()]);
});

let calls = 0;
let before = 0;
/** Of this test. */
const requests = () => acs.requests.slice(before);
beforeEach(() => {
  correlationId = `429b1b50-0000-4000-8000-${String((calls += 1)).padStart(12, '0')}` as CorrelationId;
  before = acs.requests.length;
  acs.respond({ status: 200, json: { callConnectionId: connectionId, callConnectionState: 'connecting' } });
  storage('passes');
});

function storage(mode: ProxyMode): void {
  tables.become(mode);
  queues.become(mode);
}

const ring = (): Promise<unknown> =>
  Promise.resolve(
    handlers.incomingCall(incomingCallEvent({ correlationId }, { eventTime: new Date().toISOString() }), context),
  );

/** The addresses that the front was told with the answer. */
async function answered(): Promise<{ readonly callbackUri: URL; readonly mediaUri: string }> {
  const body = await vi.waitFor(
    () => {
      const request = requests().find(({ path }) => path === '/calling/callConnections:answer');
      expect(request).toBeDefined();
      return request?.body as { callbackUri: string; mediaStreamingOptions: { transportUrl: string } };
    },
    { timeout: 5_000 },
  );
  return { callbackUri: new URL(body.callbackUri), mediaUri: body.mediaStreamingOptions.transportUrl };
}

async function callback(callbackUri: URL, type: string): Promise<unknown> {
  const { readBody } = callbackRequest(callIdNow(), Date.now(), type, { correlationId });
  return handlers.callEvents(
    new HttpRequest({
      method: 'POST',
      url: callbackUri.href,
      params: { callId: callIdNow() },
      query: Object.fromEntries(callbackUri.searchParams),
      headers: { authorization: `Bearer ${token}` },
      body: { string: await readBody() },
    }),
    context,
  );
}

/** Past the proxies. */
const state = async () => (await tableCallStore(accountOf(azurite.connectionString)).load(callIdNow(), signal))?.state;

async function hearGreeting(mediaUri: string): Promise<void> {
  const result = await connectMedia(mediaUri, {
    'x-ms-call-connection-id': connectionId,
    'x-ms-call-correlation-id': correlationId,
    authorization: await under.token(),
  });
  if (!result.accepted) throw new Error(`refused with ${result.status}`);
  await result.socket.count('AudioData', 10);
  result.socket.close();
}

describe('a call that comes while storage', () => {
  it.each(['refuses', 'hangs'] as const)(
    '%s is answered and greeted, and its row is there when storage is back',
    async (mode) => {
      storage(mode);
      const handled = ring();
      const { callbackUri, mediaUri } = await answered();
      await hearGreeting(mediaUri);
      await expect(callback(callbackUri, 'CallConnected')).rejects.toThrow();
      storage('passes');
      await handled;
      expect(await state()).toMatchObject({ phase: 'answered', connectionId, offer: { to: '+18005550199' } });
      expect(await callback(callbackUri, 'CallConnected')).toMatchObject({ status: 200 });
      expect(await callback(callbackUri, 'MediaStreamingStarted')).toMatchObject({ status: 200 });
      expect(await state()).toMatchObject({
        phase: 'talking',
        offer: { from: { number: '+14255550100' }, headers: { custom: { 'customer-id': 'C-1001' } } },
      });
      expect(requests().filter(({ path }) => path.endsWith(':answer'))).toHaveLength(1);
    },
    40_000,
  );

  it('is well goes on when storage goes away, and ends in its row when it is back', async () => {
    await ring();
    const { callbackUri, mediaUri } = await answered();
    storage('refuses');
    await hearGreeting(mediaUri);
    await expect(callback(callbackUri, 'CallDisconnected')).rejects.toThrow();
    storage('passes');
    expect(await callback(callbackUri, 'CallDisconnected')).toMatchObject({ status: 200 });
    expect(await state()).toMatchObject({ phase: 'ended', outcome: { kind: 'caller-hung-up' } });
  }, 20_000);
});

describe('the addresses that the front is told', () => {
  it('are short enough for what stands before the functions, and tell nobody who calls', async () => {
    await ring();
    const { callbackUri, mediaUri } = await answered();
    expect(callbackUri.search.length).toBeLessThan(2_048);
    for (const url of [callbackUri.href, mediaUri]) {
      const carried = Buffer.from(new URL(url).searchParams.get('offer')?.slice(3) ?? '', 'base64url').toString(
        'latin1',
      );
      expect(`${url} ${carried}`).not.toMatch(/4255550100|8005550199|C-1001/);
    }
  });
});
