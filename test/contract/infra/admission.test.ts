import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StorageAccount } from '#adapters/storage/settings';
import { tableBridgeReports } from '#adapters/storage/table-bridge-reports';
import { tablePolicyStore } from '#adapters/storage/table-policy-store';
import { put, reset, show, switchAgent, type LiveServices } from '../../../infra/admission/live.ts';
import { startAzurite, type Azurite } from '../../support/azurite.ts';
import { agent } from '../../support/function-services.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(path.join(tmpdir(), 'admission-'));
const { signal } = new AbortController();

let azurite: Azurite;
let account: StorageAccount;
beforeAll(async () => {
  azurite = await startAzurite();
  account = { by: 'connection-string', connectionString: azurite.connectionString, allowInsecure: true };
});
afterAll(() => azurite.stop());
beforeEach(async () => {
  const stored = await tablePolicyStore(account).load(signal);
  if (stored !== undefined) await tablePolicyStore(account).remove(stored, signal);
});

interface Said {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** As it is typed. */
async function typed(...words: readonly string[]): Promise<Said> {
  const env = {
    PATH: process.env['PATH'],
    STORAGE_CONNECTION_STRING: azurite.connectionString,
    ALLOW_INSECURE_URLS: 'true',
    AGENTS_DIR: path.join(root, 'agents'),
  };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['infra/admission/admission.ts', ...words], {
      cwd: root,
      env,
    });
    return { status: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, out: stdout, err: stderr };
  }
}

/** What the commands do, without a process for each. */
const services = (): LiveServices => ({
  store: tablePolicyStore(account),
  reports: tableBridgeReports(account),
  standard: { name: 'The policy of a file', yaml: '{}', certainty: 'known' },
  agents: [agent],
  nowMs: () => Date.now(),
  signal,
});

const file = (name: string, text: string): string => {
  const place = path.join(folder, name);
  writeFileSync(place, text);
  return place;
};
const putText = (text: string): Promise<string[]> => put('policy.yaml', text, services());
const liveText = async (): Promise<string | undefined> => (await tablePolicyStore(account).load(signal))?.yaml;

describe('the live policy', () => {
  it('is put, with what that changes, and shown', async () => {
    expect(await putText("# ours\nblockedCallers:\n  numbers: ['+14255550100']\n")).toEqual([
      'blockedCallers: (none) -> {"numbers":["+14255550100"]}',
      'The agent is on, always open.',
    ]);
    expect(await putText("# ours\nblockedCallers:\n  numbers: ['+14255550101']\n")).toEqual([
      'blockedCallers.numbers: - +14255550100',
      'blockedCallers.numbers: + +14255550101',
      'The agent is on, always open.',
    ]);
    const shown = (await show(services())).join('\n');
    expect(shown).toMatch(/^Live policy, changed \d{4}-/);
    expect(shown).toContain("# ours\nblockedCallers:\n  numbers: ['+14255550101']");
    expect(shown).toContain('Bridges: none has reported');
  });

  it('is switched off and on, and the rest stays as it was written', async () => {
    await putText('# why: a drill\nagent: on # the switch\ntrunks: [ sbc.example ]\n');
    expect(await switchAgent('off', services())).toEqual(['agent: on -> off', 'The agent is off, always open.']);
    expect(await liveText()).toBe('# why: a drill\nagent: off # the switch\ntrunks: [ sbc.example ]\n');
    expect(await switchAgent('off', services())).toEqual(['The agent is off already.']);
    await switchAgent('on', services());
    expect(await liveText()).toContain('agent: on # the switch');
  });

  it('is made by the switch where nobody has put one, and taken away to let the file hold again', async () => {
    await switchAgent('off', services());
    expect(await liveText()).toContain('agent: off');
    expect(await reset(services())).toContain('agent: off -> (none)');
    expect(await liveText()).toBeUndefined();
  });

  it('keeps the rules of the file when the switch is the first thing that is put', async () => {
    const yaml = "calledNumbers: [ '+18005550199' ]\nagent: on\n";
    const ofFile = { ...services(), standard: { name: 'The policy of a file', yaml, certainty: 'known' } as const };
    await switchAgent('off', ofFile);
    expect(await liveText()).toBe(yaml.replace('on', 'off'));
  });

  it('is not made by the switch where the rules that hold are not known here', async () => {
    const assumed = { name: 'The policy of the functions', yaml: '{}', certainty: 'assumed' } as const;
    await expect(switchAgent('off', { ...services(), standard: assumed })).rejects.toThrow('agent off no-file');
    expect(await liveText()).toBeUndefined();
    await putText('trunks: [ sbc.example ]\n');
    await switchAgent('off', { ...services(), standard: assumed });
    expect(await liveText()).toBe('trunks: [ sbc.example ]\nagent: off\n');
  });

  it('is switched by two at once without losing what either did', async () => {
    await putText('trunks: [ sbc.example ]\n');
    await Promise.all([switchAgent('off', services()), switchAgent('off', services())]);
    expect(await liveText()).toBe('trunks: [ sbc.example ]\nagent: off\n');
  });

  it('stays as it is when another is wrong, or names a queue that nobody has', async () => {
    await putText('agent: on\n');
    await expect(putText('agent: on\nhours: { zone: Contoso, weekly: {} }\n')).rejects.toThrow(
      'policy.yaml:2: hours.zone: expected an IANA time zone',
    );
    await expect(
      putText('lines:\n  - { numbers: ["+18005550198"], then: { full: { queue: nobody } } }\n'),
    ).rejects.toThrow('lines.0.then.full: no agent has a queue "nobody"; there are disputes');
    expect(await liveText()).toBe('agent: on\n');
  });

  it('is said to be broken when it is, and nothing is built on it', async () => {
    await tablePolicyStore(account).replace(undefined, 'agent: sometimes', signal);
    expect(await show(services())).toContain('live policy:1: agent: expected on or off');
    await expect(switchAgent('off', services())).rejects.toThrow('put a good one');
    expect(await liveText()).toBe('agent: sometimes');
    expect(await putText('agent: off\n')).toContain('agent: sometimes -> off');
  });

  it('is shown with how the bridges are', async () => {
    const { reports } = services();
    await reports.save({ replica: 'b-1', state: 'serving', calls: 13, maxCalls: 50, failing: [] }, signal);
    await reports.save({ replica: 'b-2', state: 'draining', calls: 2, maxCalls: 50, failing: [] }, signal);
    const shown = (await show(services())).join('\n');
    expect(shown).toContain('Bridges: room for 37 more calls\n');
    expect(shown).toMatch(/^ {2}b-1: serving, 13 of 50 calls, -?\d+ s ago$/m);
    expect(shown).toMatch(/^ {2}b-2: draining, 2 of 50 calls, -?\d+ s ago$/m);
  });
});

describe('npm run admission', () => {
  it('does what it is told, and ends with a status of its own where it cannot', { timeout: 60_000 }, async () => {
    expect(await typed('agent', 'off')).toMatchObject({
      status: 1,
      out: '',
      err: expect.stringContaining('Nothing was changed') as string,
    });
    expect(await typed('agent', 'off', 'no-file')).toMatchObject({ status: 0, err: '' });
    await reset(services());
    const [good, wrong, unknown, absent] = await Promise.all([
      typed('put', file('good.yaml', 'agent: off\n')),
      typed('check', file('wrong.yaml', 'agent: sometimes\n')),
      typed('agent', 'sleep'),
      typed('check', '/nowhere.yaml'),
    ]);
    expect(good).toEqual({ status: 0, out: 'agent: (none) -> off\nThe agent is off, always open.\n', err: '' });
    expect(await liveText()).toBe('agent: off\n');
    expect(wrong).toMatchObject({ status: 1, out: '' });
    expect(wrong.err).toContain('wrong.yaml:1: agent: expected on or off');
    expect(unknown).toMatchObject({ status: 2, err: expect.stringContaining('put FILE') as string });
    expect(absent).toMatchObject({ status: 1, err: 'Cannot read the file /nowhere.yaml\n' });
  });
});
