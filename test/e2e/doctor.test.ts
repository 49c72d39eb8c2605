import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '../../emulator/stack/stack.ts';
import { allChecks } from '../../infra/doctor/checks/all.ts';
import { diagnose, told } from '../../infra/doctor/run.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

type Environment = Readonly<Record<string, string | undefined>>;

/** What is broken with these changes to the settings of a stack that is well, by the name of the check. */
async function brokenWith(changes: Environment): Promise<Readonly<Record<string, string>>> {
  const diagnoses = await diagnose(allChecks({ ...stack.environment, ...changes }));
  return Object.fromEntries(
    diagnoses.flatMap(({ name, finding }) =>
      finding.kind === 'broken' ? [[name, `${finding.problem} -> ${finding.remedy}`]] : [],
    ),
  );
}

describe('the doctor, with the local stack', () => {
  it('finds nothing broken where nothing is', async () => {
    const diagnoses = await diagnose(allChecks(stack.environment));
    expect(told(diagnoses)).toMatch(/nothing is broken$/);
    expect(diagnoses.length).toBeGreaterThan(15);
  });

  const nobody = 'http://127.0.0.1:9';
  const wrongKey = Buffer.from('another key').toString('base64');
  it.each<[string, Environment, string, RegExp]>([
    [
      'a setting is missing',
      { TICKET_SECRET: '' },
      'settings of the functions',
      /TICKET_SECRET[^]* -> docs\/settings\.md/,
    ],
    [
      'the access key is another resource’s',
      { ACS_ACCESS_KEY: wrongKey },
      'Communication Services, sign in',
      /ACS_ACCESS_KEY is refused with 401/,
    ],
    ['the front is not there', { ACS_ENDPOINT: nobody }, 'Communication Services, sign in', /ACS_ENDPOINT/],
    [
      'a name is not known',
      { MEDIA_BASE_URL: 'wss://bridge.invalid' },
      'address MEDIA_BASE_URL',
      /bridge\.invalid is not known -> correct MEDIA_BASE_URL/,
    ],
    [
      'the keys of the tokens are somewhere else',
      { ACS_JWKS_URL: `${nobody}/keys` },
      'keys of the tokens',
      /does not answer.* -> leave ACS_JWKS_URL out/,
    ],
    [
      'storage is out of reach',
      { STORAGE_CONNECTION_STRING: storageAt(nobody) },
      'storage, call rows',
      /settings that begin with STORAGE/,
    ],
    [
      'the watchdog’s queue is out of reach',
      { AzureWebJobsStorage: storageAt(nobody) },
      'storage, watchdog',
      /settings that begin with AzureWebJobsStorage/,
    ],
    ['the functions are down', { CALLBACK_BASE_URL: `${nobody}/api` }, 'functions', /see CALLBACK_BASE_URL/],
    ['the bridge is down', { MEDIA_BASE_URL: 'ws://127.0.0.1:9' }, 'media bridge', /see MEDIA_BASE_URL/],
    ['speech refuses the key', { SPEECH_KEY: 'wrong' }, 'speech out, first region', /SPEECH_KEY/],
    ['the model refuses the key', { OPENAI_API_KEY: 'wrong' }, 'model, first deployment', /key is refused with 401/],
    [
      'the model has no such deployment',
      { OPENAI_DEPLOYMENT: 'nothing' },
      'model, first deployment',
      /no deployment nothing -> .*OPENAI_DEPLOYMENT/,
    ],
    ['there is no such agent', { AGENT: 'nobody' }, 'agents', /AGENT names no agent/],
    ['there is no such customer file', { CUSTOMERS_FILE: 'nowhere.yaml' }, 'customers', /nowhere\.yaml/],
    [
      'Event Grid has an old key',
      { EVENT_GRID_WEBHOOK: 'with-another-key' },
      'Event Grid subscription',
      /key is refused/,
    ],
  ])('names it and says what to do when %s', async (_, changes, name, expected) => {
    const hook = stack.environment['EVENT_GRID_WEBHOOK'] ?? '';
    const told =
      changes['EVENT_GRID_WEBHOOK'] === undefined
        ? changes
        : { EVENT_GRID_WEBHOOK: hook.replace(/code=[^&]+/, 'code=another') };
    const broken = await brokenWith(told);
    expect(broken[name]).toMatch(expected);
  });
});

function storageAt(url: string): string {
  return `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;TableEndpoint=${url}/a;QueueEndpoint=${url}/a;BlobEndpoint=${url}/a;`;
}
