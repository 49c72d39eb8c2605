import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCatalogue } from '#adapters/agents/agent-folder';
import { ConfigurationError } from '#adapters/settings/load-settings';
import type { AgentCatalogue } from '#core/agent/agent';
import type { PhoneNumber } from '#core/ids';
import { offer } from '../../support/offered-call.ts';

const REPOSITORY_AGENTS = fileURLToPath(new URL('../../../agents', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trunkline-agents-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A legal agent with lines of its own. */
function agentYaml(name: string, ...more: readonly string[]): string {
  return [
    `name: ${name}`,
    'languages:',
    '  - { language: en-US, voice: en-US-AvaNeural, greeting: Hello., greetingUnknown: Hello. }',
    'instructions: Help.',
    "queues: [{ name: disputes, target: '+18005550142' }]",
    ...more,
    '',
  ].join('\n');
}

function agents(files: Readonly<Record<string, string>>): string {
  const place = mkdtempSync(join(folder, 'agents-'));
  cpSync(join(REPOSITORY_AGENTS, 'languages'), join(place, 'languages'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text);
  return place;
}

const load = (place: string, name?: string): AgentCatalogue =>
  loadCatalogue({ folder: place, name, trunkHeader: 'trunk' });
const salesNumber = "answers: { numbers: ['+18005550177'] }";

describe('the standard agent', () => {
  it.each([
    ['the only one', { 'a.yaml': agentYaml('billing', salesNumber) }, undefined, 'billing'],
    [
      'the one that is named',
      { 'a.yaml': agentYaml('billing'), 'b.yml': agentYaml('sales'), 'notes.txt': 'no agent' },
      'sales',
      'sales',
    ],
    [
      'the one that does not say which calls it takes',
      { 'a.yaml': agentYaml('sales', salesNumber), 'b.yaml': agentYaml('billing') },
      undefined,
      'billing',
    ],
  ])('is %s', (_, files, name, standard) => {
    const catalogue = load(agents(files), name);
    expect(catalogue.standard.definition.name).toBe(standard);
    expect(catalogue.for(offer).definition.name).toBe(standard);
  });

  it.each([
    [
      'two do not say which calls they take',
      { 'a.yaml': agentYaml('billing'), 'b.yaml': agentYaml('sales') },
      undefined,
      /billing, sales in .* set AGENT/,
    ],
    [
      'all say which calls they take',
      { 'a.yaml': agentYaml('billing', "answers: { trunks: ['sbc'] }"), 'b.yaml': agentYaml('sales', salesNumber) },
      undefined,
      /\(billing, sales\): set AGENT/,
    ],
    ['nobody has the name', { 'a.yaml': agentYaml('billing') }, 'claims', /AGENT names no agent .* there are billing/],
    ['there is no agent', {}, undefined, /No agent in/],
  ])('has to be settled when %s', (_, files, name, complaint) => {
    const place = agents(files);
    expect(() => load(place, name)).toThrow(ConfigurationError);
    expect(() => load(place, name)).toThrow(complaint);
  });
});

describe('agents in a folder', () => {
  it('take the calls they say they take', () => {
    const catalogue = load(agents({ 'a.yaml': agentYaml('billing'), 'b.yaml': agentYaml('sales', salesNumber) }));
    const call = { ...offer, to: '+18005550177' as PhoneNumber };
    expect(catalogue.for(call).definition.name).toBe('sales');
    expect(catalogue.named('sales')?.locales[0].language).toBe('en-US');
    expect(catalogue.all).toHaveLength(2);
  });

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      'something is wrong in two of them, with file, line and field of both',
      { 'a.yaml': agentYaml('Billing!'), 'b.yaml': 'name: sales\n' },
      /a\.yaml:1: name: [\s\S]*b\.yaml:\d+: queues: /,
    ],
    [
      'two have one name',
      { 'a.yaml': agentYaml('billing'), 'b.yaml': agentYaml('billing') },
      /b\.yaml: name: \S*a\.yaml is an agent "billing" already/,
    ],
    [
      'two answer the same number',
      { 'a.yaml': agentYaml('billing', salesNumber), 'b.yaml': agentYaml('sales', salesNumber) },
      /b\.yaml: answers\.numbers\.0: the number \+18005550177: \S*a\.yaml answers the same/,
    ],
    [
      'two answer the same trunk, however it is written',
      {
        'a.yaml': agentYaml('billing', "answers: { trunks: ['SBC.contoso.com'] }"),
        'b.yaml': agentYaml('sales', "answers: { trunks: ['other', 'sbc.contoso.com '] }"),
      },
      /b\.yaml: answers\.trunks\.1: the trunk "sbc\.contoso\.com": \S*a\.yaml/,
    ],
    [
      'two answer the same headers, however they are written',
      {
        'a.yaml': agentYaml('billing', 'answers: { headers: { line-of-business: Cards, tier: gold } }'),
        'b.yaml': agentYaml('sales', 'answers: { headers: { X-Tier: GOLD, LineOfBusiness: cards } }'),
      },
      /b\.yaml: answers\.headers: the same headers: \S*a\.yaml/,
    ],
    [
      'one hands on to an agent there is not',
      { 'a.yaml': agentYaml('billing', 'agents: [claims]') },
      /a\.yaml: agents\.0: no agent is called "claims"; there are billing/,
    ],
    [
      'one hands on to itself',
      { 'a.yaml': agentYaml('billing', 'agents: [sales, billing]'), 'b.yaml': agentYaml('sales', salesNumber) },
      /a\.yaml: agents\.1: an agent cannot hand a caller to itself/,
    ],
    [
      'one speaks a language nobody has written down',
      { 'a.yaml': agentYaml('billing').replace('en-US, voice: en-US-AvaNeural', 'fr-FR, voice: fr-FR-DeniseNeural') },
      /a\.yaml: languages\.0\.language: there is no languages\/fr\.yaml/,
    ],
  ])('stop the start when %s', (_, files, complaint) => {
    const place = agents(files);
    expect(() => load(place)).toThrow(ConfigurationError);
    expect(() => load(place)).toThrow(complaint);
  });

  it('stop the start when there is no folder', () => {
    expect(() => load(join(folder, 'nowhere'))).toThrow(ConfigurationError);
  });
});
