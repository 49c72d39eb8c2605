import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { root } from '../build/deployable.ts';
import { refOf, type ShippedPackage } from './shipped-packages.ts';

const LICENCE_FILE = /^(licen[cs]e|copying|notice)(\.|-|$)/i;
const declared = z.object({ license: z.string().optional() });

/** What others wrote that is shipped, under which licence, and the licences' own words, which most of them ask for. */
export async function thirdPartyLicences(shipped: readonly ShippedPackage[]): Promise<string> {
  const sections = await Promise.all(
    shipped.map(async (one) => {
      const folder = path.join(root, one.folder);
      const { license } = declared.parse(JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')));
      const files = (await readdir(folder)).filter((name) => LICENCE_FILE.test(name)).sort();
      const texts = await Promise.all(files.map((name) => readFile(path.join(folder, name), 'utf8')));
      const head = `${refOf(one)}: ${license ?? 'not declared'} (in ${one.shippedIn.join(', ')})`;
      return [head, '='.repeat(head.length), ...texts.map((text) => text.trim())].join('\n');
    }),
  );
  return `${sections.join('\n\n\n')}\n`;
}
