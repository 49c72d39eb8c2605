import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const HOOK = fileURLToPath(new URL('../../../infra/hooks/calls-now.sh', import.meta.url));
const LOAD_KEY = 'a-key-of-at-least-thirty-two-characters';

/** The hook with programs of this machine's names that say what they were given. */
function run(programs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'trunkline-hook-'));
  const given = path.join(folder, 'given');
  writeFileSync(given, '');
  for (const [name, text] of Object.entries({ azd: '', ...programs })) {
    const file = path.join(folder, name);
    writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> '${given}'\n${text}\n`);
    chmodSync(file, 0o755);
  }
  const output = execFileSync('sh', [HOOK], {
    env: { PATH: `${folder}:/usr/bin:/bin`, AZURE_ENV_NAME: 'prod', LOAD_KEY, ...env },
    encoding: 'utf8',
  });
  const lines = readFileSync(given, 'utf8').trim().split('\n');
  return {
    output,
    lines,
    set: lines
      .find((line) => line.startsWith('azd '))
      ?.split(' ')
      .at(-1),
  };
}

const answers = (body: string): string => `cat > "$0.stdin"; printf '%s' '${body}'`;
const host = { FUNCTIONS_HOST: 'functions.example' };

describe('before a deployment', () => {
  it('the calls that are up are told to the templates, and the key to nobody who looks at the processes', () => {
    const { lines, output, set } = run(
      { curl: answers('{"calls":1234,"capacity":2000,"serving":40,"draining":0}') },
      host,
    );
    expect(set).toBe('1234');
    expect(output).toContain('1234 calls are up');
    const asked = lines.find((line) => line.startsWith('curl ')) ?? '';
    expect(asked).toContain('https://functions.example/api/load');
    expect(lines.join('\n') + output).not.toContain(LOAD_KEY);
  });

  it('the functions are found in the resource group by a runner that knows nothing of them', () => {
    const { lines, set } = run({ az: 'echo func-prod.example', curl: answers('{"calls":7,"capacity":50}') });
    expect(set).toBe('7');
    expect(lines.find((line) => line.startsWith('curl '))).toContain('https://func-prod.example/api/load');
  });

  it.each([
    ['nothing is there yet', { az: 'exit 3' }, {}],
    ['the functions do not answer', { curl: 'exit 22' }, host],
    ['they do not know', { curl: answers('{"error":"no bridge reports"}') }, host],
    ['somebody else answers', { curl: answers('<html>calls: 7</html>') }, host],
    ['the number is none', { curl: answers('{"calls":99999999,"capacity":1}') }, host],
  ])('none are assumed, the deployment goes on, and says so: %s', (_, programs, env) => {
    const { output, set } = run(programs, env);
    expect(set).toBe('0');
    expect(output).toContain('is not known');
  });
});
