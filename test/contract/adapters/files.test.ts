import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadAgent, loadAgents } from '#adapters/agents/agent-folder';
import { fileDirectory } from '#adapters/customers/file-directory';
import { ConfigurationError } from '#adapters/settings/load-settings';
import type { PhoneNumber } from '#core/ids';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trunkline-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const { signal } = new AbortController();
const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const agentYaml = (name: string): string =>
  `name: ${name}\ngreeting: Hi {name}.\ngreetingUnknown: Hi.\ninstructions: Help.\nqueues:\n  - { name: disputes, target: '+18005550142' }\n`;

describe('customers in a file', () => {
  const number = '+14255550100' as PhoneNumber;

  it('are found by id in any case, and by number', async () => {
    const path = write(
      'customers.yaml',
      `customers:\n  - { id: C-1001, name: Maria Lopez, numbers: ['${number}'], facts: { last-charge: 42.10 } }\n`,
    );
    const directory = fileDirectory(path);
    const maria = { id: 'C-1001', name: 'Maria Lopez', facts: { 'last-charge': '42.1' } };
    expect(await directory.find({ by: 'id', id: 'c-1001' }, signal)).toMatchObject(maria);
    expect(await directory.find({ by: 'number', number }, signal)).toMatchObject(maria);
    expect(await directory.find({ by: 'id', id: '__proto__' }, signal)).toBeUndefined();
  });

  it.each([
    ['is not there', 'missing.yaml', undefined],
    ['is no YAML', 'broken.yaml', 'customers: ['],
    ['has a wrong field', 'wrong.yaml', "customers:\n  - { id: C-1, name: M, numbers: ['12'] }\n"],
  ])('stop the start when the file %s, and name it', (_, name, text) => {
    const path = text === undefined ? join(folder, name) : write(name, text);
    expect(() => fileDirectory(path)).toThrow(ConfigurationError);
    expect(() => fileDirectory(path)).toThrow(name);
  });
});

describe('agents in a folder', () => {
  const agents = (files: Readonly<Record<string, string>>): string => {
    const place = mkdtempSync(join(folder, 'agents-'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text);
    return place;
  };

  it('need not be chosen when there is one', () => {
    expect(loadAgent({ folder: agents({ 'a.yaml': agentYaml('billing') }), name: undefined }).name).toBe('billing');
  });

  it('are chosen by name when there are more', () => {
    const place = agents({ 'a.yaml': agentYaml('billing'), 'b.yml': agentYaml('sales'), 'notes.txt': 'no agent' });
    expect(loadAgent({ folder: place, name: 'sales' }).name).toBe('sales');
    expect(() => loadAgent({ folder: place, name: undefined })).toThrow('billing, sales');
    expect(() => loadAgent({ folder: place, name: 'claims' })).toThrow(ConfigurationError);
  });

  it('stop the start with file, line and field of everything wrong', () => {
    const place = agents({ 'a.yaml': agentYaml('Billing!'), 'b.yaml': 'name: sales\n' });
    expect(() => loadAgents(place)).toThrow(/a\.yaml:1: name: /);
    expect(() => loadAgents(place)).toThrow(/b\.yaml:\d+: queues: /);
  });

  it.each([
    ['two have one name', () => agents({ 'a.yaml': agentYaml('billing'), 'b.yaml': agentYaml('billing') })],
    ['there is none', () => agents({})],
    ['there is no folder', () => join(folder, 'nowhere')],
  ])('stop the start when %s', (_, place) => {
    expect(() => loadAgent({ folder: place(), name: undefined })).toThrow(ConfigurationError);
  });
});
