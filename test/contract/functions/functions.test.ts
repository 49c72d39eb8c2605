import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { HttpRequest, InvocationContext } from '@azure/functions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callIdentity } from '#adapters/call-automation/call-identity';
import { tableCallStore } from '#adapters/storage/table-call-store';
import { tablePolicyStore } from '#adapters/storage/table-policy-store';
import type * as Compose from '../../../functions/app/compose.ts';
import { startAzurite, type Azurite } from '../../support/azurite.ts';
import { callAutomation, contractsAreHere } from '../../support/contracts.ts';
import { callbackRequest, incomingCallEvent, TICKET_SECRET } from '../../support/function-services.ts';
import { startHttpRecorder, type HttpRecorder } from '../../support/http-recorder.ts';
import { connectionId, offer } from '../../support/offered-call.ts';

const AUDIENCE = 'a7c5e5ae-0000-4000-8000-2b6c1f5d7e90';
const ISSUER = 'https://acscallautomation.communication.azure.com';
const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const { callId } = callIdentity(offer.correlationId);
const { signal } = new AbortController();

let azurite: Azurite;
let acs: HttpRecorder;
let keys: HttpRecorder;
let token: string;
let handlers: typeof Compose.handlers;
beforeAll(async () => {
  [azurite, acs, keys] = await Promise.all([startAzurite(), startHttpRecorder(), startHttpRecorder()]);
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  keys.respond({ status: 200, json: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256' }] } });
  token = await new SignJWT()
    .setProtectedHeader({ alg: 'RS256', kid: 'k' })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setExpirationTime('5m')
    .sign(privateKey);
  Object.assign(process.env, {
    ACS_ENDPOINT: acs.url,
    ACS_ACCESS_KEY: Buffer.from('key').toString('base64'),
    ACS_RESOURCE_ID: AUDIENCE,
    ACS_JWKS_URL: keys.url,
    ALLOW_INSECURE_URLS: 'true',
    AGENTS_DIR: `${REPOSITORY}agents`,
    AzureWebJobsStorage: azurite.connectionString,
    STORAGE_CONNECTION_STRING: azurite.connectionString,
    TICKET_SECRET,
    CALLBACK_BASE_URL: 'http://functions/api',
    MEDIA_BASE_URL: 'ws://bridge',
    LOG_LEVEL: 'silent',
  });
  ({ handlers } = await import('../../../functions/app/compose.ts'));
});
afterAll(() => Promise.all([azurite.stop(), acs.close(), keys.close()]));

const context = new InvocationContext({ functionName: 'test' });

async function callback(type: string, authorization = `Bearer ${token}`): Promise<unknown> {
  const request = callbackRequest(callId, Date.now(), type);
  return handlers.callEvents(
    new HttpRequest({
      method: 'POST',
      url: `http://functions/api/calls/${callId}/events`,
      params: { callId },
      query: { ticket: request.ticket ?? '' },
      headers: { authorization },
      body: { string: await request.readBody() },
    }),
    context,
  );
}

const phase = async (): Promise<string | undefined> => {
  const account = { by: 'connection-string', connectionString: azurite.connectionString, allowInsecure: true } as const;
  return (await tableCallStore(account).load(callId, signal))?.state.phase;
};

describe('the functions, put together', () => {
  it('answer a call, with addresses only its own tickets open', async () => {
    acs.respond({ status: 200, json: { callConnectionId: connectionId, callConnectionState: 'connecting' } });
    await handlers.incomingCall(incomingCallEvent({}, { eventTime: new Date().toISOString() }), context);
    expect(await phase()).toBe('answered');
    const [request] = acs.requests;
    expect(request?.path).toBe('/calling/callConnections:answer');
    expect(request?.body).toMatchObject({
      callbackUri: expect.stringContaining(`http://functions/api/calls/${callId}/events?ticket=v1.`) as string,
      mediaStreamingOptions: {
        transportUrl: expect.stringContaining(`ws://bridge/media/${callId}?ticket=v1.`) as string,
      },
    });
    if (contractsAreHere) {
      const operation = callAutomation().operation('POST', '/calling/callConnections:answer');
      expect(operation?.requestProblems(request?.body)).toEqual([]);
    }
  });

  it('take a callback the front signed, and no other', async () => {
    expect(await callback('CallConnected', 'Bearer a.b.c')).toMatchObject({ status: 401 });
    expect(await phase()).toBe('answered');
    expect(await callback('CallConnected')).toMatchObject({ status: 200 });
    expect(await phase()).toBe('connected');
  });

  it('bring the caller to a person when nobody talks to them', async () => {
    acs.respond({ status: 202, json: {} });
    await handlers.watchdog({ callId }, context);
    const request = acs.requests.at(-1);
    expect(request?.path).toBe(`/calling/callConnections/${connectionId}:transferToParticipant`);
    expect(JSON.stringify(request?.body)).toContain('X-Context-ID');
    if (contractsAreHere) {
      expect(callAutomation().operation('POST', request!.path)?.requestProblems(request?.body)).toEqual([]);
    }
  });

  it('send callers to people within seconds of the switch, and answer again within seconds', async () => {
    const store = tablePolicyStore({
      by: 'connection-string',
      connectionString: azurite.connectionString,
      allowInsecure: true,
    });
    const settledBy = async (): Promise<string | undefined> => {
      acs.respond({ status: 200, json: { callConnectionId: connectionId, callConnectionState: 'connecting' } });
      const before = acs.requests.length;
      const correlationId = randomUUID();
      await handlers.incomingCall(
        incomingCallEvent({ correlationId }, { eventTime: new Date().toISOString() }),
        context,
      );
      // What is asked first is what was decided: this front takes no redirect.
      return acs.requests[before]?.path.split(':').at(-1);
    };
    await store.replace(undefined, 'agent: off', signal);
    await expect.poll(settledBy, { timeout: 10_000, interval: 300 }).toBe('redirect');
    await store.replace(await store.load(signal), 'agent: on', signal);
    await expect.poll(settledBy, { timeout: 10_000, interval: 300 }).toBe('answer');
  });

  it('say that they are well', async () => {
    const request = new HttpRequest({ method: 'GET', url: 'http://functions/api/health' });
    expect(await handlers.health(request, context)).toMatchObject({ status: 200, jsonBody: { status: 'ok' } });
  });
});

describe('the functions with wrong settings', () => {
  const start = async (env: Record<string, string>): Promise<{ code: unknown; stderr: string }> => {
    try {
      await promisify(execFile)(process.execPath, ['functions/health.ts'], { cwd: REPOSITORY, env });
      return { code: 0, stderr: '' };
    } catch (error) {
      return error as { code: unknown; stderr: string };
    }
  };

  it('do not start, and name everything that is wrong, without a stack trace', async () => {
    const { code, stderr } = await start({ ACS_ENDPOINT: 'nowhere', HEADER_PREFIX: 'Y-' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Invalid functions configuration:/);
    for (const name of [
      'ACS_ENDPOINT',
      'HEADER_PREFIX',
      'ACS_RESOURCE_ID',
      'TICKET_SECRET',
      'MEDIA_BASE_URL',
      'AzureWebJobsStorage',
    ]) {
      expect(stderr).toContain(name);
    }
    expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
  });
});
