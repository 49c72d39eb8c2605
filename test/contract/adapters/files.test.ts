import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashDigits } from '#adapters/customers/digit-hash';
import { fileDirectory } from '#adapters/customers/file-directory';
import { fileProof } from '#adapters/customers/file-proof';
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

  it('prove themselves by what the file has a hash of', async () => {
    const [pin, account] = await Promise.all([hashDigits('4711'), hashDigits('90817')]);
    const path = write(
      'proofs.yaml',
      `customers:\n  - { id: C-1, name: M, proof: { pin: '${pin}', last-digits: '${account}' } }\n  - { id: C-2, name: N }\n`,
    );
    const proof = fileProof(path);
    expect(await proof.check('c-1', 'pin', '4711', signal)).toBe('right');
    expect(await proof.check('C-1', 'last-digits', '90817', signal)).toBe('right');
    for (const digits of ['4712', '90817', '471', '47110', 'x', '']) {
      expect(await proof.check('C-1', 'pin', digits, signal)).toBe('wrong');
    }
    for (const id of ['C-2', 'C-3', '__proto__']) expect(await proof.check(id, 'pin', '4711', signal)).toBe('not-set');
    expect(await hashDigits('4711')).not.toBe(pin);
  });

  it.each([
    ['is not there', 'missing.yaml', undefined],
    ['is no YAML', 'broken.yaml', 'customers: ['],
    ['has a PIN as it is', 'pin.yaml', "customers:\n  - { id: C-1, name: M, proof: { pin: '4711' } }\n"],
    ['has a wrong field', 'wrong.yaml', "customers:\n  - { id: C-1, name: M, numbers: ['12'] }\n"],
  ])('stop the start when the file %s, and name it', (_, name, text) => {
    const path = text === undefined ? join(folder, name) : write(name, text);
    expect(() => fileDirectory(path)).toThrow(ConfigurationError);
    expect(() => fileDirectory(path)).toThrow(name);
  });
});
