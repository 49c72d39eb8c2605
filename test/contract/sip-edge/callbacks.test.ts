import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { parseCallAutomationEvent } from '@azure/communication-call-automation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EdgeUnderTest, type CloudEvent } from '../../support/edge-under-test.ts';

let edge: EdgeUnderTest;
beforeEach(async () => {
  edge = new EdgeUnderTest();
  await edge.start();
});
afterEach(() => edge.close());

const isCallback = ({ path }: { path: string }): boolean => path.startsWith('/callbacks');

describe('a callback', () => {
  it('carries a token of its own, of five minutes, that verifies against the published keys', async () => {
    const { leg } = await edge.connect();
    leg.endBy('peer');
    await edge.application.callback('CallDisconnected');
    const configuration = (await (await fetch(`${edge.url}/calling/.well-known/acsopenidconfiguration`)).json()) as {
      issuer: string;
      jwks_uri: string;
    };
    const keys = createRemoteJWKSet(new URL(configuration.jwks_uri));
    const tokens = edge.application.received
      .filter(isCallback)
      .map(({ headers }) => (headers.authorization ?? '').replace('Bearer ', ''));
    for (const token of tokens) {
      const { protectedHeader } = await jwtVerify(token, keys, {
        issuer: configuration.issuer,
        audience: edge.resourceId,
      });
      expect(protectedHeader.alg).toBe('RS256');
      const { iat = 0, exp = 0 } = decodeJwt(token);
      expect(exp - iat).toBe(300);
    }
    expect(tokens.length).toBeGreaterThanOrEqual(3);
  });

  it('keeps the path and query of the address, and is one event in an array that the SDK parses', async () => {
    await edge.connect({}, { operationContext: 'o' });
    const { path, body } = await edge.application.waitFor(isCallback);
    expect(path).toBe('/callbacks?ticket=t');
    expect(body).toHaveLength(1);
    expect(parseCallAutomationEvent(body as Record<string, unknown>)).toMatchObject({ kind: 'CallConnected' });
  });

  it('comes in the order of what happened', async () => {
    const { leg } = await edge.connect();
    leg.endBy('peer');
    await edge.application.callback('CallDisconnected');
    expect(edge.application.callbackNames()).toEqual(['CallConnected', 'ParticipantsUpdated', 'CallDisconnected']);
  });

  it('comes more than once, with the same id, when duplicates are asked for', async () => {
    await edge.settings({ callbacks: { duplicates: 1 } });
    await edge.connect();
    await edge.application.waitFor(() => edge.application.received.filter(isCallback).length === 4);
    const ids = edge.application.received.filter(isCallback).map(({ body }) => (body as [CloudEvent])[0].id);
    expect(new Set(ids).size).toBe(2);
  });

  it('is still delivered once each when the order is shuffled', async () => {
    await edge.settings({ callbacks: { shuffle: true, shuffleWindowMs: 20 } });
    const { leg } = await edge.connect();
    leg.endBy('peer');
    await edge.application.callback('CallDisconnected');
    await edge.application.callback('ParticipantsUpdated');
    expect(edge.application.callbackNames().sort()).toEqual([
      'CallConnected',
      'CallDisconnected',
      'ParticipantsUpdated',
    ]);
  });

  it('that fails for good is lost with an error that names the call, and the next one comes all the same', async () => {
    await edge.settings({ callbacks: { retries: 0 }, faults: [{ surface: 'callback', status: 503 }] });
    const { context } = await edge.ring();
    await edge.client().answerCall(context, `${edge.application.url}/callbacks`);
    await edge.application.callback('ParticipantsUpdated');
    expect(edge.application.callbackNames()).toEqual(['ParticipantsUpdated']);
    expect(edge.logged).toContainEqual(expect.objectContaining({ level: 'warn', message: 'callback refused' }));
    const lost = edge.logged.find(({ message }) => message === 'callback lost');
    expect(lost).toMatchObject({ level: 'error', fields: { eventType: 'Microsoft.Communication.CallConnected' } });
    expect(lost?.fields).toHaveProperty('correlationId', expect.stringMatching(/^[0-9a-f-]{36}$/));
  });

  it.each([
    ['a lost connection', { drop: true }],
    ['503', { status: 503 }],
    ['408', { status: 408 }],
    ['429', { status: 429 }],
  ])('is tried three times more after %s, and later ones wait for it', async (_, fault) => {
    await edge.settings({ callbacks: { retryDelayMs: 1 }, faults: [{ surface: 'callback', times: 3, ...fault }] });
    await edge.connect();
    await edge.application.callback('ParticipantsUpdated');
    expect(edge.application.callbackNames()).toEqual(['CallConnected', 'ParticipantsUpdated']);
  });

  it('is not sent again when the application refuses what it says', async () => {
    await edge.settings({ faults: [{ surface: 'callback', status: 400 }] });
    const { context } = await edge.ring();
    await edge.client().answerCall(context, `${edge.application.url}/callbacks`);
    await edge.application.callback('ParticipantsUpdated');
    expect(edge.application.callbackNames()).toEqual(['ParticipantsUpdated']);
  });

  it('never puts the address, which holds a secret, into the log', async () => {
    await edge.settings({ faults: [{ surface: 'callback', status: 400 }] });
    const { context } = await edge.ring();
    await edge.client().answerCall(context, `${edge.application.url}/callbacks?ticket=secret`);
    await edge.application.callback('ParticipantsUpdated');
    expect(JSON.stringify(edge.logged)).not.toContain('secret');
  });
});
