import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { stackConfig } from '../../../../emulator/stack/config.ts';
import {
  bridgeEnvironment,
  edgeEnvironment,
  functionsEnvironment,
  newSecrets,
} from '../../../../emulator/stack/process/environments.ts';
import { loadFunctionsConfig } from '../../../../functions/app/config.ts';
import { loadBridgeConfig } from '../../../../media-bridge/config.ts';
import { loadConfig as loadEdgeConfig } from '../../../../sip-edge/config.ts';

const addresses = {
  root: '/repository',
  edgeUrl: 'http://127.0.0.1:1',
  functionsUrl: 'http://127.0.0.1:2',
  speechUrl: 'http://127.0.0.1:3',
  modelUrl: 'http://127.0.0.1:4',
  bridgeUrl: 'http://127.0.0.1:5',
  deskUrl: 'http://127.0.0.1:4071',
  storage:
    'DefaultEndpointsProtocol=http;AccountName=trunkline;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:6/trunkline;',
};

describe('settings of the stack', () => {
  it('need not be there', () => {
    expect(stackConfig({})).toMatchObject({
      listen: { host: '127.0.0.1', port: 4070, isDefault: true },
      bridges: { count: 1, drainTimeoutMs: 1_000 },
      keptClauses: 0,
      speech: undefined,
      model: undefined,
    });
  });

  it('that are left empty say nothing: the example is a valid .env', () => {
    const example = readFileSync(new URL('../../../../.env.example', import.meta.url), 'utf8');
    expect(stackConfig(parseEnv(example))).toEqual(stackConfig({}));
  });

  it.each([
    ['edge', {}, 0],
    ['teams-phone', { TELEPHONY: 'teams-phone' }, 3],
  ])('bring calls as %s does, and tell edge, functions and bridge alike', (front, env, accounts) => {
    const config = stackConfig(env);
    const secrets = newSecrets();
    const functions = loadFunctionsConfig(functionsEnvironment(secrets, config, addresses)).telephony;
    expect(functions.front).toBe(front);
    expect(loadBridgeConfig(bridgeEnvironment(secrets, config, addresses)).telephony.front).toBe(front);
    const ofEdge = loadEdgeConfig(edgeEnvironment(secrets, config, addresses.speechUrl)).settings.teamsResourceAccounts;
    const known = [...functions.resourceAccounts].map(([account, number]) => [
      number,
      account.replace('28:orgid:', ''),
    ]);
    expect(known).toHaveLength(accounts);
    expect(ofEdge ?? {}).toMatchObject(Object.fromEntries(known));
  });

  it('send nobody to Azure for a key that lies about in the shell', () => {
    expect(stackConfig({ SPEECH_KEY: 'k', OPENAI_API_KEY: 'k' })).toMatchObject({
      speech: undefined,
      model: undefined,
    });
  });

  it('say how many bridges there are, and how long one waits for its calls', () => {
    const config = stackConfig({ STACK_BRIDGES: '3', DRAIN_TIMEOUT_MS: '250' });
    expect(config.bridges.count).toBe(3);
    const { listen } = loadBridgeConfig(bridgeEnvironment(newSecrets(), config, addresses));
    expect(listen.drainTimeoutMs).toBe(250);
    expect(() => stackConfig({ STACK_BRIDGES: '0' })).toThrow(/STACK_BRIDGES/);
  });

  it('of Azure reach the bridge in place of the emulators', () => {
    const config = stackConfig({
      SPEECH_REGION: 'westeurope',
      SPEECH_KEY: 'k',
      OPENAI_ENDPOINT: 'https://contoso.openai.azure.com',
      OPENAI_DEPLOYMENT: 'gpt-4o-mini',
      SPEECH_SECONDARY_REGION: 'northeurope',
      SPEECH_SECONDARY_KEY: 'l',
      OPENAI_SECONDARY_DEPLOYMENT: 'gpt-4o',
    });
    const bridge = loadBridgeConfig(bridgeEnvironment(newSecrets(), config, { ...addresses, modelUrl: undefined }));
    expect(bridge.speech.services).toEqual([
      { by: 'region', region: 'westeurope', key: 'k' },
      { by: 'region', region: 'northeurope', key: 'l' },
    ]);
    const endpoint = 'https://contoso.openai.azure.com';
    expect(bridge.languageModel.deployments).toMatchObject([
      { endpoint, apiKey: undefined, deployment: 'gpt-4o-mini' },
      { endpoint, apiKey: undefined, deployment: 'gpt-4o' },
    ]);
  });

  it('of customers reach functions and bridge', () => {
    const env = {
      CUSTOMERS_BY_ID_URL: 'http://localhost:7071/customers/{id}',
      TOOL_HOSTS: 'localhost:7071',
    };
    const config = stackConfig(env);
    const byIdUrl = env.CUSTOMERS_BY_ID_URL;
    expect(loadBridgeConfig(bridgeEnvironment(newSecrets(), config, addresses)).customers.service).toMatchObject({
      byIdUrl,
      access: { by: 'nothing' },
    });
    const functions = functionsEnvironment(newSecrets(), config, addresses);
    expect(loadFunctionsConfig(functions).customers.service).toMatchObject({ byIdUrl });
  });

  it('of tools reach the bridge, their secrets nobody else', () => {
    const config = stackConfig({
      TOOL_HOSTS: 'localhost:7071',
      TOOL_SECRET_CRM_KEY: 'k',
      TOOL_SECRET_OLD: '',
      TOOLS: 'x',
    });
    expect(config.tools).toEqual({ TOOL_HOSTS: 'localhost:7071', TOOL_SECRET_CRM_KEY: 'k' });
    const { tools } = loadBridgeConfig(bridgeEnvironment(newSecrets(), config, addresses));
    expect(tools).toMatchObject({ hosts: ['localhost:7071', 'localhost:4071'], allowInsecure: true });
    expect(tools.secrets.get('CRM_KEY')).toBe('k');
    expect(Object.keys(functionsEnvironment(newSecrets(), config, addresses)).join(' ')).not.toContain('TOOL_SECRET');
  });

  it('are all named when they are wrong', () => {
    const wrong = { STACK_LISTEN: 'here', SPEECH_REGION: 'westeurope', OPENAI_ENDPOINT: 'https://contoso.example' };
    expect(() => stackConfig(wrong)).toThrow(/STACK_LISTEN/);
    expect(() => stackConfig({ ...wrong, STACK_LISTEN: '' })).toThrow(/SPEECH_KEY[\s\S]*OPENAI_DEPLOYMENT/);
  });
});

describe('what the stack gives to its programs', () => {
  it('are settings that functions and bridge accept, with no word of our own environment', () => {
    const [secrets, config] = [newSecrets(), stackConfig({})];
    const functions = functionsEnvironment(secrets, config, addresses);
    const bridge = bridgeEnvironment(secrets, config, addresses);
    expect(loadFunctionsConfig(functions).mediaBaseUrl).toBe('ws://127.0.0.1:5');
    expect(loadBridgeConfig(bridge).speech.services).toMatchObject([{ by: 'host' }]);
    expect(Object.keys({ ...functions, ...bridge })).not.toContain('PATH');
  });

  it('is secret anew for each stack', () => {
    const [one, other] = [newSecrets(), newSecrets()];
    expect(Object.values(one).filter((secret) => Object.values(other).includes(secret))).toEqual([]);
  });
});
