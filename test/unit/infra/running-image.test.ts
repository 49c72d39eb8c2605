import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const HOOK = fileURLToPath(new URL('../../../infra/hooks/running-image.sh', import.meta.url));
const IMAGE = 'acrprod.azurecr.io/trunkline/media-bridge-prod:azd-deploy-1';
const SET = `env set SERVICE_MEDIA_BRIDGE_IMAGE_NAME ${IMAGE}`;

/** The hook where `az` is a program with this text, or is not there; with what `azd` and `az` were given. */
function run(az: string | undefined, env: Readonly<Record<string, string>> = { AZURE_SUBSCRIPTION_ID: 'sub-1' }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'trunkline-hook-'));
  const given = path.join(folder, 'given');
  writeFileSync(given, '');
  const programs = { azd: `echo "$*" >> '${given}'`, ...(az === undefined ? {} : { az }) };
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(path.join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(path.join(folder, name), 0o755);
  }
  // Only these: an az of this machine must not answer.
  for (const name of ['sh', 'awk', 'tr']) symlinkSync(`/usr/bin/${name}`, path.join(folder, name));
  const { status, stdout, stderr } = spawnSync('/bin/sh', [HOOK], {
    env: { PATH: folder, AZURE_ENV_NAME: 'prod', ...env },
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr, set: readFileSync(given, 'utf8').trim() };
}

/** Answers as az does: `group exists`, then the list of apps with their images. */
const az = (exists: string, list: string): string =>
  `case "$* " in *"--subscription sub-1 "*) ;; *) exit 9 ;; esac\ncase "$1" in group) ${exists} ;; containerapp) ${list} ;; esac`;

describe('provisioning from any machine', () => {
  it('keeps the image that runs, whatever this machine deployed last', () => {
    const list = `printf 'ca-prod-other\\tother/image:1\\nca-prod-bridge\\t${IMAGE}\\n'`;
    const old = { AZURE_SUBSCRIPTION_ID: 'sub-1', SERVICE_MEDIA_BRIDGE_IMAGE_NAME: 'acrprod.azurecr.io/old:1' };
    expect(run(az('echo true', list), old)).toMatchObject({ status: 0, set: SET });
  });

  it.each([
    ['there is no resource group yet', az('echo false', 'exit 9')],
    ['there is none, and lines end as on Windows', az("printf 'false\\r\\n'", 'exit 9')],
    ['there is no bridge yet', az('echo true', 'true')],
    [
      "the bridge is still Microsoft's page",
      az('echo true', "printf 'ca-prod-bridge\\tmcr.microsoft.com/k8se/quickstart:latest\\n'"),
    ],
  ])('goes on and sets nothing when %s', (_, program) => {
    expect(run(program)).toMatchObject({ status: 0, set: '' });
  });

  it.each([
    ['nobody is signed in', az('exit 1', 'exit 9'), 'az login'],
    ['the apps may not be read', az('echo true', 'exit 1'), 'cannot be read'],
    ['the bridge is there and names no image', az('echo true', "printf 'ca-prod-bridge\\tNone\\n'"), 'cannot be read'],
    ['the Azure CLI is not there', undefined, 'Install it'],
  ])('stops, and says what to do, when %s', (_, program, words) => {
    const { status, said, set } = run(program);
    expect(status).toBe(1);
    expect(said).toContain(words);
    expect(said).toContain('Nothing was changed.');
    expect(set).toBe('');
  });

  it('stops when the subscription is not known: in another one the bridge would seem not to be there', () => {
    const { status, said } = run(az('echo false', 'exit 9'), {});
    expect(status).toBe(1);
    expect(said).toContain('azd env set AZURE_SUBSCRIPTION_ID');
  });
});
