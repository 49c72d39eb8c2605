import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
