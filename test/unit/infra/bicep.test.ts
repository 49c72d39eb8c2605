import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadFunctionsConfig } from '../../../functions/app/config.ts';
import { loadBridgeConfig } from '../../../media-bridge/config.ts';
import { INFRA, readBicep } from '../../support/bicep.ts';
import { settingsRead } from '../../support/settings-read.ts';

const files = await readBicep();
const all = [...files.values()];

function file(name: string) {
  const found = files.get(name);
  if (found === undefined) throw new Error(`no ${name} in infra/`);
  return found;
}

describe('the templates, without a compiler', () => {
  it.each(all.map((one) => [one.path, one.errors] as const))('%s is Bicep', (_, errors) => {
    expect(errors).toEqual([]);
  });

  const uses = all.flatMap((user) => user.modules.map((use) => [`${user.path}: ${use.name}`, use] as const));

  it.each(uses)('%s is given what it asks for, and nothing else', (_, { path: used, given }) => {
    const { params } = file(used);
    expect(given.filter((name) => !params.has(name))).toEqual([]);
    const required = [...params].filter(([, { isRequired }]) => isRequired).map(([name]) => name);
    expect(required.filter((name) => !given.includes(name))).toEqual([]);
  });

  it('reads no output that a module does not give', () => {
    const missing = all.flatMap((user) =>
      user.modules.flatMap(({ name, path: used }) =>
        [...user.text.matchAll(new RegExp(`\\b${name}!?\\.outputs\\.(\\w+)`, 'g'))]
          .map(([, output = '']) => output)
          .filter((output) => !file(used).outputs.has(output))
          .map((output) => `${user.path}: ${name}.outputs.${output}`),
      ),
    );
    expect(missing).toEqual([]);
  });

  it('uses every module that there is', () => {
    const used = new Set(all.flatMap(({ modules }) => modules.map(({ path: module }) => module)));
    expect(all.map(({ path: name }) => name).filter((name) => name !== 'main.bicep' && !used.has(name))).toEqual([]);
  });

  it('is given by azd what it asks for', () => {
    const text = readFileSync(path.join(INFRA, 'main.parameters.json'), 'utf8');
    const { parameters } = JSON.parse(text) as { readonly parameters: Readonly<Record<string, unknown>> };
    const { params } = file('main.bicep');
    expect(Object.keys(parameters).filter((name) => !params.has(name))).toEqual([]);
    const required = [...params].filter(([, { isRequired }]) => isRequired).map(([name]) => name);
    expect(required.filter((name) => !(name in parameters))).toEqual([]);
  });
});

describe('what the templates open', () => {
  const resources = all.flatMap((one) => one.resources.map((resource) => ({ ...resource, file: one.path })));
  const ofType = (type: string) => resources.filter((resource) => resource.type.startsWith(`${type}@`));

  it.each([
    ['Microsoft.Storage/storageAccounts', /allowSharedKeyAccess: false/],
    ['Microsoft.Storage/storageAccounts', /allowBlobPublicAccess: false/],
    ['Microsoft.CognitiveServices/accounts', /disableLocalAuth: true/],
    ['Microsoft.KeyVault/vaults', /enableRbacAuthorization: true/],
    ['Microsoft.ContainerRegistry/registries', /adminUserEnabled: false/],
    ['Microsoft.ContainerRegistry/registries', /anonymousPullEnabled: false/],
    ['Microsoft.Insights/components', /DisableLocalAuth: true/],
    ['Microsoft.Web/sites', /httpsOnly: true/],
    ['Microsoft.App/containerApps', /allowInsecure: false/],
    ['Microsoft.Compute/virtualMachines', /disablePasswordAuthentication: true/],
  ])('%s: %s', (type, expected) => {
    const found = ofType(type);
    expect(found.length).toBeGreaterThan(0);
    for (const { file: where, text } of found) {
      // Accounts of storage share one variable.
      const whole = /properties: common\b/.test(text) ? file(where).text : text;
      expect(whole, where).toMatch(expected);
    }
  });

  it('closes the network to what stores or knows something, with one switch', () => {
    const closed = ['storageAccounts', 'vaults', 'accounts'].flatMap((kind) =>
      resources.filter(({ type }) => type.split('@')[0]?.endsWith(`/${kind}`)),
    );
    expect(closed.length).toBeGreaterThan(3);
    for (const { file: where } of closed)
      expect(file(where).text, where).toContain("publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'");
  });

  it('puts no secret into an output', () => {
    for (const { path: where, params, outputs } of all) {
      const secrets = [...params].filter(([, { isSecure }]) => isSecure).map(([name]) => name);
      for (const [name, line] of outputs) {
        expect(line, `${where}: ${name}`).not.toMatch(/list(Keys|Secrets|ConnectionStrings)|\.value\b/i);
        for (const secret of secrets) expect(line, `${where}: ${name}`).not.toMatch(new RegExp(`\\b${secret}\\b`));
      }
    }
  });

  it('asks no resource for its keys', () => {
    for (const { path: where, text } of all)
      expect(text, where).not.toMatch(/\blist(Keys|AccountSas|Secrets)\b|\.list\w*\(/);
  });

  it('uses each role that it names, and grants none beside those', () => {
    const { text } = file('modules/roles.bicep');
    const named = file('modules/roles.bicep').keysOf('role');
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((role) => !text.includes(`role.${role}`))).toEqual([]);
    for (const { path: where } of all.filter(({ resources: made }) =>
      made.some(({ type }) => type.includes('roleAssignments')),
    ))
      expect(['modules/roles.bicep', 'modules/communication-role.bicep', 'modules/event-grid.bicep']).toContain(where);
  });

  it('scales the bridges by calls too, with a key that is in the vault only', () => {
    const { text } = file('modules/media-bridge.bicep');
    expect([...text.matchAll(/^ +type: '(cpu|metrics-api)'$/gm)].map(([, type]) => type)).toEqual([
      'cpu',
      'metrics-api',
    ]);
    expect(text).toContain("auth: [{ secretRef: 'load-key', triggerParameter: 'apiKey' }]");
    expect(text).toContain("{ name: 'load-key', keyVaultUrl: loadKeyUri, identity: identity.id }");
    expect(file('resources.bicep').text).toContain(
      "LOAD_KEY: '@Microsoft.KeyVault(SecretUri=${vault.outputs.loadKeyUri})'",
    );
    // A scale rule by one limit and bridges with another would fill them up before it acts.
    expect(text).toContain("{ name: 'MAX_CALLS', value: string(maxCalls) }");
    expect(text).toContain('targetValue: string(scaleAtCalls)');
  });

  it('delivers a call twice at most, within a minute: the phone rings for half of one', () => {
    expect(file('modules/event-grid.bicep').text).toContain('maxDeliveryAttempts: 2, eventTimeToLiveInMinutes: 1');
  });
});

/** Set for others than our programs: the Functions host, the identity library. */
const FOR_OTHERS = ['AZURE_CLIENT_ID', 'AzureWebJobsStorage__credential', 'AzureWebJobsStorage__clientId'];

const read = settingsRead(['adapters/**/*.ts', 'functions/app/config.ts', 'media-bridge/config.ts']);

/** As Azure would give them: what matters is which are there. */
const SAMPLES: Readonly<Record<string, string>> = {
  ACS_RESOURCE_ID: 'a7c5e5ae-0000-4000-8000-2b6c1f5d7e90',
  MEDIA_BASE_URL: 'wss://bridge.example',
  HOST: '0.0.0.0',
  PORT: '8080',
  DRAIN_TIMEOUT_MS: '580000',
  OPENAI_DEPLOYMENT: 'chat',
  OPENAI_SECONDARY_DEPLOYMENT: 'chat',
  STORAGE_ACCOUNT_NAME: 'stcalls',
  AzureWebJobsStorage__accountName: 'sthost',
  TICKET_SECRET: 'a-secret-that-is-long-enough-for-tests',
  LOAD_KEY: 'a-key-that-is-long-enough-for-these-tests',
  MAX_CALLS: '50',
  AGENT: 'card-services',
  TELEPHONY: 'acs',
  DTMF_SOURCE: 'both',
  ACS_ENDPOINT: 'https://contoso.communication.azure.com',
  ACS_ACCESS_KEY: 'a2V5',
  TEAMS_RESOURCE_ACCOUNTS: '+18005550199=cc123456-5678-5678-1234-ccc123456789',
  TEAMS_CALL_QUEUES: '+18005550110=dd123456-5678-5678-1234-ccc123456789',
  APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=a7c5e5ae-0000-4000-8000-2b6c1f5d7e90',
};

const sample = (name: string): string => SAMPLES[name] ?? 'https://service.example';
const environment = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, sample(name)]));

describe('settings', () => {
  const resources = file('resources.bicep');
  const shared = resources.keysOf('shared');
  const given = resources.keysOf('settings');
  const functions = [...shared, ...given, ...file('modules/functions.bicep').keysOf('properties')].filter((name) =>
    /^[A-Z][A-Za-z0-9]*_|^AzureWebJobs|^AGENT$|^TELEPHONY$/.test(name),
  );
  const env = [...file('modules/media-bridge.bicep').text.matchAll(/name: '([A-Z][A-Z0-9_]+)'/g)].map(
    ([, name = '']) => name,
  );
  const bridge = [...shared, ...given, ...env];

  it('are all read by somebody', () => {
    const set = [...new Set([...functions, ...bridge])];
    expect(set.length).toBeGreaterThan(12);
    expect(set.filter((name) => !read.includes(name) && !FOR_OTHERS.includes(name))).toEqual([]);
  });

  /** What the templates give with one front alone. */
  const ofFront = {
    acs: [],
    'teams-phone': ['TEAMS_RESOURCE_ACCOUNTS', 'TEAMS_CALL_QUEUES', 'DTMF_SOURCE'],
    edge: ['ACS_ACCESS_KEY', 'ACS_JWKS_URL'],
  };
  const fronts = Object.entries(ofFront).map(([front, names]) => {
    const others = Object.values(ofFront)
      .flat()
      .filter((name) => !names.some((own) => own === name));
    const own = front === 'edge' ? { ACS_ENDPOINT: 'https://edge.contoso.example' } : {};
    return [front, new Set(others), { TELEPHONY: front, ...own }] as const;
  });

  it.each(fronts)('are enough for the functions to start with %s', (_, others, own) => {
    const names = functions.filter((name) => !others.has(name));
    expect(() => loadFunctionsConfig({ ...environment(names), ...own })).not.toThrow();
  });

  it.each(fronts)('are enough for the bridge to start with %s', (_, others, own) => {
    const names = bridge.filter((name) => !others.has(name));
    expect(() => loadBridgeConfig({ ...environment(names), ...own })).not.toThrow();
  });

  it('name the call queues of Teams to whoever transfers: the bridge, and the functions when something failed', () => {
    expect(shared).toContain('TEAMS_CALL_QUEUES');
    expect(readFileSync(path.join(INFRA, 'main.parameters.json'), 'utf8')).toContain('"${TEAMS_CALL_QUEUES=}"');
  });

  it('take no event subscription and no Communication Services where the edge is the front', () => {
    for (const module of ['eventGrid', 'communicationRole', 'ownService', 'existingService'])
      expect(resources.text).toMatch(new RegExp(`module ${module} '[^']+' = if \\([^)]*!isEdge\\)`));
  });

  it.each([['ACS_ENDPOINT'], ['STORAGE_ACCOUNT_NAME'], ['TICKET_SECRET']])('would be missed: %s', (name) => {
    const without = (names: readonly string[]) => environment(names.filter((other) => other !== name));
    expect(() => loadFunctionsConfig(without(functions))).toThrow(name);
    expect(() => loadBridgeConfig(without(bridge))).toThrow(name);
  });
});
