import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** What a person reads: the documents at the top, those in docs/, and those beside their part. */
const documents = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  'sip-edge/README.md',
];
const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };

/** As GitHub makes it of a heading. */
function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

function anchorsOf(file: string): ReadonlySet<string> {
  return new Set([...withoutCode(read(file)).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading)));
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```[^]*?^```/gm, '');
}

describe.each(documents)('%s', (file) => {
  it('names no command that package.json does not have', () => {
    const named = [...read(file).matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('links to files that are there, and headings that are in them', () => {
    const links = [...withoutCode(read(file)).matchAll(/\]\((?!https?:|mailto:)([^)\s]*)\)/g)].map(([, to = '']) => to);
    const broken = links.filter((link) => {
      const [to = '', anchor] = link.split('#');
      const target = to === '' ? file : path.posix.join(path.posix.dirname(file), to);
      if (!existsSync(path.join(root, target))) return true;
      return anchor !== undefined && !anchorsOf(target).has(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('names no file of the repository that is not there', () => {
    const tops = 'core|adapters|functions|media-bridge|sip-edge|emulator|agents|scenarios|infra|test|docs|\\.github';
    const named = [...read(file).matchAll(new RegExp(`\`((?:${tops})/[\\w./-]+)\``, 'g'))].map(([, name = '']) => name);
    expect(named.filter((name) => !existsSync(path.join(root, name)))).toEqual([]);
  });
});

describe('what azd is told', () => {
  const parameters = read('infra/main.parameters.json');
  const substituted = new Set([...parameters.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name));
  const explained = documents.map(read).join('\n');
  /** Of azd itself: not ours to explain, and set by it. */
  const ofAzd = new Set(['AZURE_ENV_NAME', 'AZURE_SUBSCRIPTION_ID', 'SERVICE_MEDIA_BRIDGE_IMAGE_NAME']);

  it('is read by the templates: each variable that a document sets', () => {
    const set = documents.flatMap((file) =>
      [...read(file).matchAll(/azd env set ([A-Z][A-Z0-9_]*)/g)].map(([, name = '']) => name),
    );
    expect(set.length).toBeGreaterThan(3);
    expect(set.filter((name) => !substituted.has(name) && !ofAzd.has(name))).toEqual([]);
  });

  it('is explained: each variable that the templates read', () => {
    const isExplained = (name: string): boolean =>
      explained.includes(`\`${name}`) || new RegExp(`azd env set ${name}\\b`).test(explained);
    expect([...substituted].filter((name) => !ofAzd.has(name) && !isExplained(name))).toEqual([]);
  });

  it('reaches the deploy workflow: each variable that the templates read', () => {
    const workflow = read('.github/workflows/deploy.yml');
    const passed = new Set([...workflow.matchAll(/^ {6}([A-Z][A-Z0-9_]*): /gm)].map(([, name = '']) => name));
    expect([...substituted].filter((name) => !passed.has(name) && name !== 'SERVICE_MEDIA_BRIDGE_IMAGE_NAME')).toEqual(
      [],
    );
  });
});
