import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { directRouting } from '../../../infra/direct-routing/run.ts';
import { EdgeUnderTest } from '../../support/edge-under-test.ts';

let edge: EdgeUnderTest;
let folder: string;
beforeEach(async () => {
  edge = new EdgeUnderTest();
  await edge.start({}, false);
  folder = await mkdtemp(path.join(tmpdir(), 'trunkline-routing-'));
});
afterEach(async () => {
  await edge.close();
  await rm(folder, { recursive: true });
});

const ROUTING = [
  'domains: [contoso.com]',
  'trunks:',
  '  - fqdn: sbc1.contoso.com',
  '  - fqdn: sbc2.contoso.com',
  '    port: 5062',
  'routes:',
  '  - name: washington',
  String.raw`    numberPattern: '^\+1(425|206)\d{7}$'`,
  '    trunks: [sbc1.contoso.com, sbc2.contoso.com]',
  '  - name: rest',
  "    numberPattern: '.*'",
  '    trunks: [sbc2.contoso.com]',
].join('\n');

async function run(...words: readonly string[]) {
  const lines: string[] = [];
  const [, endpoint = '', accessKey = ''] = /endpoint=([^;]+);accesskey=(.+)/.exec(edge.connectionString) ?? [];
  const env = { ACS_ENDPOINT: endpoint, ACS_ACCESS_KEY: accessKey, ALLOW_INSECURE_URLS: 'true' };
  const status = await directRouting(words, env, (text) => lines.push(text));
  return { status, said: lines.join('\n') };
}

async function file(text: string): Promise<string> {
  const name = path.join(folder, 'routing.yaml');
  await writeFile(name, text);
  return name;
}

describe('the direct routing command against the edge', () => {
  it('shows what it would change, changes it, and has nothing to change then', async () => {
    const routing = await file(ROUTING);
    const plan = await run('plan', routing);
    expect(plan.status).toBe(1);
    expect(plan.said).toContain('+ trunk  sbc2.contoso.com:5062');
    expect(plan.said).toContain('+ route  2. rest: .* -> sbc2.contoso.com');
    expect((await run('status')).said).toContain('trunks: 0');
    expect(await run('apply', routing)).toMatchObject({ status: 0, said: expect.stringMatching(/done$/) as string });
    expect(await run('plan', routing)).toEqual({ status: 0, said: 'nothing to change' });
    expect(await run('apply', routing)).toEqual({ status: 0, said: 'nothing to change' });
  });

  it('replaces a trunk that its routes name, without a moment in which they name nothing', async () => {
    await run('apply', await file(ROUTING));
    const moved = await run('apply', await file(ROUTING.replaceAll('sbc1', 'sbc9')));
    expect(moved.status).toBe(0);
    expect(moved.said).toContain('- trunk  sbc1.contoso.com:5061');
    const { said } = await run('status');
    expect(said).toContain('sbc9.contoso.com:5061');
    expect(said).not.toContain('sbc1');
  });

  it('keeps the routes in the order of the file', async () => {
    await run('apply', await file(ROUTING));
    expect((await run('status')).said).toMatch(/1\. washington[^]*2\. rest/);
    expect((await run('test', '+14255550100')).said).toBe(
      [
        String.raw`takes washington: ^\+1(425|206)\d{7}$ -> sbc1.contoso.com, sbc2.contoso.com`,
        'then  rest: .* -> sbc2.contoso.com',
        'answered by the resource (2024-11-15-preview)',
      ].join('\n'),
    );
  });

  it('finds the routes of a number itself where the resource has no preview version, and says so', async () => {
    await run('apply', await file(ROUTING));
    // The two requests that read the configuration pass.
    await edge.settings({
      faults: [
        { surface: 'call-automation', delayMs: 1, times: 2 },
        { surface: 'call-automation', status: 404 },
      ],
    });
    const { status, said } = await run('test', '+14255550100');
    expect(status).toBe(0);
    expect(said).toContain('takes washington');
    expect(said).toContain('does not speak 2024-11-15-preview (HTTP 404)');
  });

  it.each([
    ['pings and shows a good certificate', { pings: 'current', certificate: 'valid' }, 0, 'active, OPTIONS ok'],
    ['has never pinged', { pings: 'unknown', certificate: 'unknown' }, 0, 'not known'],
    ['has stopped pinging', { pings: 'stopped', certificate: 'valid' }, 1, 'UNHEALTHY: it has stopped sending OPTIONS'],
    ['has a certificate that ends soon', { pings: 'current', certificate: 'ends-soon' }, 1, 'ends soon: renew it'],
    ['has a certificate that has ended', { pings: 'current', certificate: 'ended' }, 1, 'has ended: renew it'],
  ] as const)('tells by its exit status of an SBC that %s', async (_what, health, status, words) => {
    await run('apply', await file(ROUTING));
    for (const name of ['sbc1', 'sbc2'])
      edge.telephony.health.set(`${name}.contoso.com`, { pings: 'current', certificate: 'valid' });
    edge.telephony.health.set('sbc2.contoso.com', health);
    const told = await run('status');
    expect(told.status).toBe(status);
    expect(told.said).toContain('sbc1.contoso.com: active, OPTIONS ok, certificate ok');
    expect(told.said).toContain(words);
  });

  it('is not content, when it has to know, with an SBC that never pinged, and is with those that are well', async () => {
    expect(await run('status', '--must-know')).toMatchObject({
      status: 1,
      said: expect.stringContaining('there is no SBC') as string,
    });
    await run('apply', await file(ROUTING));
    for (const name of ['sbc1', 'sbc2'])
      edge.telephony.health.set(`${name}.contoso.com`, { pings: 'current', certificate: 'valid' });
    expect((await run('status', '--must-know')).status).toBe(0);
    edge.telephony.health.set('sbc2.contoso.com', { pings: 'unknown', certificate: 'unknown' });
    expect(await run('status', '--must-know')).toMatchObject({
      status: 1,
      said: expect.stringContaining('not known whether these are well: sbc2.contoso.com') as string,
    });
    expect((await run('status', '--know')).status).toBe(2);
  });

  it('shows trunks and routes without their health where the resource has no preview version', async () => {
    await run('apply', await file(ROUTING));
    const faults = [
      { surface: 'call-automation', delayMs: 1, times: 2 },
      { surface: 'call-automation', status: 400 },
    ] as const;
    await edge.settings({ faults });
    expect((await run('status', '--must-know')).status).toBe(1);
    await edge.settings({ faults });
    const { status, said } = await run('status');
    expect(status).toBe(0);
    expect(said).toMatch(/trunks: 2[^]*health of the SBCs: not told[^]*HTTP 400/);
  });

  it('says of a number without a route that there is none', async () => {
    expect(await run('test', '+34910000000')).toMatchObject({
      status: 1,
      said: expect.stringContaining('no route') as string,
    });
    expect(await run('test', '911')).toMatchObject({ status: 2, said: expect.stringContaining('E.164') as string });
  });

  it('changes nothing when the file is wrong, and says where', async () => {
    const { status, said } = await run(
      'apply',
      await file(ROUTING.replace('[sbc2.contoso.com]', '[sbc3.contoso.com]')),
    );
    expect(status).toBe(1);
    expect(said).toContain('routing.yaml:12: routes.1.trunks.0: no trunk is called "sbc3.contoso.com"');
    expect((await run('status')).said).toContain('trunks: 0');
  });

  it.each([[[]], [['plan']], [['remove']], [['plan', 'a', 'b']]])(
    'says how it is used when asked %j',
    async (words) => {
      expect(await run(...words)).toMatchObject({ status: 2, said: expect.stringContaining('plan FILE') as string });
    },
  );

  it('says that a resource refuses, without a stack trace', async () => {
    const lines: string[] = [];
    const [, endpoint = ''] = /endpoint=([^;]+);/.exec(edge.connectionString) ?? [];
    const env = { ACS_ENDPOINT: endpoint, ACS_ACCESS_KEY: 'd3Jvbmc=', ALLOW_INSECURE_URLS: 'true' };
    expect(await directRouting(['status'], env, (text) => lines.push(text))).toBe(1);
    expect(lines.join('\n')).toMatch(/^not done: /);
    expect(lines.join('\n')).not.toContain('    at ');
  });
});
