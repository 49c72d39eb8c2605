import { Ajv2019 } from 'ajv/dist/2019.js';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { azureYamlForBundle } from '../../../infra/release/for-bundle.ts';

/** azd's published JSON schema, which is Microsoft's: https://raw.githubusercontent.com/Azure/azure-dev/main/schemas/v1.0/azure.yaml.json */
const SCHEMA_FILE = process.env['AZD_SCHEMA_FILE'];
const root = fileURLToPath(new URL('../../../', import.meta.url));
const text = readFileSync(`${root}azure.yaml`, 'utf8');

describe('azure.yaml', () => {
  it('names files of the repository, and a folder that its hook makes', () => {
    const { services, hooks } = parse(text) as {
      readonly services: Readonly<
        Record<string, { readonly project: string; readonly docker?: { readonly path: string } }>
      >;
      readonly hooks: Readonly<Record<string, { readonly run: string }>>;
    };
    for (const { docker } of Object.values(services))
      if (docker !== undefined) expect(existsSync(root + docker.path), docker.path).toBe(true);
    expect(services['functions']?.project).toBe('dist/package/functions');
    expect(hooks['prepackage']?.run).toContain('npm run package -- functions');
    for (const hook of ['preprovision', 'postdeploy']) {
      const commands = hooks[hook]?.run.split(' && ') ?? ['sh nowhere'];
      for (const command of commands)
        expect(existsSync(root + (command.split(' ')[1] ?? 'nowhere')), command).toBe(true);
    }
  });

  it('needs nothing built in a release: the packages are there', () => {
    const bundled = azureYamlForBundle(text);
    expect(parse(bundled)).toMatchObject({
      services: {
        functions: { project: 'packages/functions' },
        'media-bridge': { docker: { context: 'packages/media-bridge' } },
      },
    });
    expect(bundled).not.toContain('npm');
  });

  it.skipIf(SCHEMA_FILE === undefined).each([
    ['of the repository', text],
    ['of a release', azureYamlForBundle(text)],
  ])('%s is what azd allows (AZD_SCHEMA_FILE)', async (_, azureYaml) => {
    const schema = JSON.parse(readFileSync(SCHEMA_FILE ?? '', 'utf8')) as object;
    // Schemas of azd's extensions, of which no service here is one: anything is allowed there.
    const ajv = new Ajv2019({ strict: false, allErrors: true, loadSchema: () => Promise.resolve({}) });
    const validate = await ajv.compileAsync(schema);
    validate(parse(azureYaml));
    expect((validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`)).toEqual([]);
  });
});
