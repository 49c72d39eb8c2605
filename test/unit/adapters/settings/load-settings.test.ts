import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { callbackUrlSettings } from '#adapters/acs-tokens/call-urls';
import { ticketSettings } from '#adapters/acs-tokens/ticket';
import { tokenSettings } from '#adapters/acs-tokens/token-validator';
import { languageModelSettings } from '#adapters/azure-openai/settings';
import { speechSettings } from '#adapters/azure-speech/settings';
import { callControlSettings } from '#adapters/call-automation/settings';
import { transferSettings } from '#adapters/call-automation/transfer-settings';
import { promptCacheSettings } from '#adapters/resilience/settings';
import { ConfigurationError, loadSettings } from '#adapters/settings/load-settings';
import { storageSettings } from '#adapters/storage/settings';

const SECRET = 'a secret of at least thirty-two characters';

describe('settings', () => {
  it('name everything that is wrong at once, and no value', () => {
    const load = (): unknown =>
      loadSettings(
        'functions',
        { control: callControlSettings, ticket: ticketSettings, storage: storageSettings, transfer: transferSettings },
        { ACS_ENDPOINT: 'contoso', TICKET_SECRET: 'short-secret', TRANSFER_CALLER_ID: '12' },
      );
    expect(load).toThrow(ConfigurationError);
    expect(load).toThrow(/^Invalid functions configuration:\n/);
    for (const name of ['ACS_ENDPOINT', 'TICKET_SECRET', 'STORAGE_CONNECTION_STRING', 'TRANSFER_CALLER_ID']) {
      expect(load).toThrow(name);
    }
    expect(load).not.toThrow('short-secret');
  });

  it('take an empty variable for one that is left out', () => {
    expect(
      loadSettings('x', { transfer: transferSettings }, { TRANSFER_CALLER_ID: '', HEADER_PREFIX: '' }).transfer,
    ).toEqual({
      headerPrefix: 'X-',
      callerId: 'none',
    });
  });

  it('say once what two parts of a deployable miss', () => {
    const fragment = z.object({ PORT: z.coerce.number('expected a number') });
    try {
      loadSettings('bridge', { one: fragment, two: fragment }, { PORT: 'x' });
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message.match(/PORT/g)).toHaveLength(1);
    }
  });

  it.each([
    ['ACS', callControlSettings, { ACS_ENDPOINT: 'http://127.0.0.1:1' }, 'ACS_ENDPOINT'],
    ['the keys', tokenSettings, { ACS_RESOURCE_ID: crypto.randomUUID(), ACS_JWKS_URL: 'http://x/y' }, 'ACS_JWKS_URL'],
    ['callbacks', callbackUrlSettings, { CALLBACK_BASE_URL: 'http://x/api' }, 'CALLBACK_BASE_URL'],
    ['the model', languageModelSettings, { OPENAI_ENDPOINT: 'http://x', OPENAI_DEPLOYMENT: 'm' }, 'OPENAI_ENDPOINT'],
    ['speech', speechSettings, { SPEECH_ENDPOINT: 'ws://127.0.0.1:1', SPEECH_KEY: 'k' }, 'SPEECH_ENDPOINT'],
    [
      'storage',
      storageSettings,
      { STORAGE_CONNECTION_STRING: 'AccountName=a;TableEndpoint=http://127.0.0.1:1/a' },
      'STORAGE_CONNECTION_STRING',
    ],
  ])('refuse a plain connection to %s unless it is allowed', (_, fragment, env, name) => {
    expect(() => loadSettings('x', { fragment }, env)).toThrow(name);
    expect(() => loadSettings('x', { fragment }, { ...env, ALLOW_INSECURE_URLS: 'true' })).not.toThrow();
  });

  it('know the callback URL from the name the Functions host has', () => {
    expect(loadSettings('x', { url: callbackUrlSettings }, { WEBSITE_HOSTNAME: 'a.azurewebsites.net' }).url).toBe(
      'https://a.azurewebsites.net/api',
    );
  });

  it.each([
    [{ SPEECH_ENDPOINT: 'https://a.cognitiveservices.azure.com' }, { by: 'endpoint', key: undefined }],
    [
      { SPEECH_ENDPOINT: 'https://a.cognitiveservices.azure.com', SPEECH_KEY: 'k' },
      { by: 'endpoint', key: 'k' },
    ],
    [
      { SPEECH_ENDPOINT: 'wss://a.example', SPEECH_KEY: 'k' },
      { by: 'host', key: 'k' },
    ],
    [
      { SPEECH_REGION: 'westeurope', SPEECH_KEY: 'k' },
      { by: 'region', region: 'westeurope', key: 'k' },
    ],
  ])('find the speech service of %j', (env, service) => {
    expect(loadSettings('x', { speech: speechSettings }, env).speech.services).toMatchObject([service]);
  });

  it.each([[{}], [{ SPEECH_REGION: 'westeurope' }], [{ SPEECH_ENDPOINT: 'wss://a.example' }]])(
    'miss something of the speech service in %j',
    (env) => {
      expect(() => loadSettings('x', { speech: speechSettings }, env)).toThrow(/SPEECH_/);
    },
  );

  it('find a second region for speech, and what is missing of it', () => {
    const first = { SPEECH_REGION: 'westeurope', SPEECH_KEY: 'k' };
    const load = (more: Record<string, string>) =>
      loadSettings('x', { speech: speechSettings }, { ...first, ...more }).speech.services;
    expect(load({})).toHaveLength(1);
    expect(load({ SPEECH_SECONDARY_REGION: 'northeurope', SPEECH_SECONDARY_KEY: 'l' })).toMatchObject([
      { by: 'region', region: 'westeurope', key: 'k' },
      { by: 'region', region: 'northeurope', key: 'l' },
    ]);
    // A key belongs to one resource.
    expect(() => load({ SPEECH_SECONDARY_REGION: 'northeurope' })).toThrow('SPEECH_SECONDARY_KEY');
    expect(() => load({ SPEECH_SECONDARY_KEY: 'l' })).toThrow('SPEECH_SECONDARY_ENDPOINT');
    expect(() => load({ SPEECH_SECONDARY_ENDPOINT: 'http://a.example' })).toThrow('SPEECH_SECONDARY_ENDPOINT');
  });

  it.each([
    [
      'on the same resource',
      { OPENAI_SECONDARY_DEPLOYMENT: 'n' },
      { endpoint: 'https://a', deployment: 'n', apiKey: 'k' },
    ],
    [
      'on another one',
      { OPENAI_SECONDARY_ENDPOINT: 'https://b', OPENAI_SECONDARY_API_KEY: 'l', OPENAI_SECONDARY_DEPLOYMENT: 'n' },
      { endpoint: 'https://b', deployment: 'n', apiKey: 'l' },
    ],
    [
      'of the same name on another one, by identity and not with the key of the first',
      { OPENAI_SECONDARY_ENDPOINT: 'https://b' },
      { endpoint: 'https://b', deployment: 'm', apiKey: undefined },
    ],
  ])('find a second deployment %s', (_, more, secondary) => {
    const env = { OPENAI_ENDPOINT: 'https://a', OPENAI_DEPLOYMENT: 'm', OPENAI_API_KEY: 'k', ...more };
    const { deployments } = loadSettings('x', { model: languageModelSettings }, env).model;
    expect(deployments).toMatchObject([{ endpoint: 'https://a', deployment: 'm', apiKey: 'k' }, secondary]);
  });

  it.each([
    [{ OPENAI_SECONDARY_API_KEY: 'l' }, 'OPENAI_SECONDARY_ENDPOINT'],
    [{ OPENAI_SECONDARY_ENDPOINT: 'http://b' }, 'OPENAI_SECONDARY_ENDPOINT'],
    [{ OPENAI_FIRST_CHUNK_TIMEOUT_MS: '0' }, 'OPENAI_FIRST_CHUNK_TIMEOUT_MS'],
  ])('refuse %j for a second deployment', (more, name) => {
    const env = { OPENAI_ENDPOINT: 'https://a', OPENAI_DEPLOYMENT: 'm', ...more };
    expect(() => loadSettings('x', { model: languageModelSettings }, env)).toThrow(name);
  });

  it('bound the room for prompts', () => {
    expect(loadSettings('x', { cache: promptCacheSettings }, { PROMPT_CACHE_MB: '2' }).cache).toEqual({
      maxBytes: 2_000_000,
    });
    expect(() => loadSettings('x', { cache: promptCacheSettings }, { PROMPT_CACHE_MB: '-1' })).toThrow(
      'PROMPT_CACHE_MB',
    );
  });

  it('accept a ticket secret that is long enough', () => {
    expect(loadSettings('x', { ticket: ticketSettings }, { TICKET_SECRET: SECRET }).ticket).toEqual({ secret: SECRET });
  });
});
