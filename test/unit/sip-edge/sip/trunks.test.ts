import { describe, expect, it } from 'vitest';
import type { VoiceRouting } from '../../../../sip-edge/leg.ts';
import type { SipRequest } from '../../../../sip-edge/sip/message.ts';
import type { Flow } from '../../../../sip-edge/sip/transport.ts';
import { TrunkDirectory } from '../../../../sip-edge/sip/trunk-directory.ts';
import { comesFrom, parseTrunksFile, type Trunk, trunkByName } from '../../../../sip-edge/trunks.ts';

const FILE = `
trunks:
  - fqdn: SBC.enterprise.test
    transport: udp
    host: 127.0.0.1
    sipSignalingPort: 5070
    sources: [127.0.0.1, 10.1.0.0/16]
  - fqdn: tls.enterprise.test
routes:
  - { name: all, numberPattern: '^\\+1', trunks: [sbc.enterprise.test, tls.enterprise.test] }
`;

function trunks(): readonly Trunk[] {
  const read = parseTrunksFile(FILE);
  if (!read.ok) throw new Error(read.problems.join());
  return read.trunks;
}

function flow(
  transport: 'udp' | 'tls',
  address: string,
  peerNames: readonly string[] = [],
  certificateEndsAtMs?: number,
): Flow {
  const remote = { address, port: 1 };
  return {
    transport,
    remote,
    local: remote,
    peerNames,
    certificateEndsAtMs,
    closed: false,
    send: () => undefined,
    onClose: () => () => undefined,
  };
}

function from(contact: string): SipRequest {
  return { kind: 'request', method: 'OPTIONS', uri: 'sip:x', headers: [{ name: 'Contact', value: contact }], body: '' };
}

const routing: VoiceRouting = {
  trunks: () => trunks().map(({ fqdn, sipSignalingPort }) => ({ fqdn, sipSignalingPort })),
  routes: () => [
    { name: 'one', numberPattern: '^\\+1', trunks: ['sbc.enterprise.test', 'tls.enterprise.test'] },
    { name: 'broken', numberPattern: '(', trunks: ['sbc.enterprise.test'] },
    { name: 'rest', numberPattern: '.*', trunks: ['tls.enterprise.test', 'gone.test'] },
  ],
};

describe('the trunks file', () => {
  it('is read with its defaults', () => {
    expect(trunks()).toMatchObject([
      { fqdn: 'sbc.enterprise.test', transport: 'udp', identifiedBy: 'contact-fqdn' },
      { fqdn: 'tls.enterprise.test', transport: 'tls', sipSignalingPort: 5061, sources: [] },
    ]);
  });

  it('names everything that is wrong at once', () => {
    const read = parseTrunksFile(`
trunks:
  - { fqdn: nodots, transport: tcp }
  - { fqdn: a.test, sources: [nowhere], port: 1 }
routes: [{ name: r, numberPattern: '(', trunks: [b.test] }]
`);
    expect(read.ok ? [] : read.problems.map((problem) => problem.split(':')[0])).toEqual(
      expect.arrayContaining(['trunks.0.fqdn', 'trunks.1.sources.0', 'trunks.1', 'routes.0.numberPattern']),
    );
  });

  it('finds trunks that are there twice and routes to nowhere', () => {
    const read = parseTrunksFile(
      'trunks: [{fqdn: a.test}, {fqdn: a.test}]\nroutes: [{name: r, numberPattern: x, trunks: [b.test]}]',
    );
    expect(read).toEqual({ ok: false, problems: ['a.test is there twice', 'route r names no trunk: b.test'] });
  });

  it('is refused when it is not YAML', () => {
    expect(parseTrunksFile('a: [').ok).toBe(false);
  });
});

describe('a request from a trunk', () => {
  const directory = new TrunkDirectory(trunks(), routing, () => 0);
  const contact = '<sip:+1555@sbc.enterprise.test:5070>';

  it('is admitted from its source with its name in Contact', () => {
    expect(directory.admit(from(contact), flow('udp', '10.1.2.3'))).toMatchObject({ kind: 'admitted' });
  });

  it.each([
    ['another address', contact, flow('udp', '192.0.2.9')],
    ['an address for a name', '<sip:127.0.0.1:5070>', flow('udp', '127.0.0.1')],
    ['another name', '<sip:evil.test>', flow('udp', '127.0.0.1')],
    ['a TLS trunk over UDP', '<sip:tls.enterprise.test>', flow('udp', '127.0.0.1')],
    ['a certificate of somebody else', '<sip:tls.enterprise.test>', flow('tls', '127.0.0.1', ['evil.test'])],
    ['no certificate', '<sip:tls.enterprise.test>', flow('tls', '127.0.0.1')],
  ])('is refused with %s', (_what, contactValue, source) => {
    expect(directory.admit(from(contactValue), source).kind).toBe('refused');
  });

  it('is admitted over TLS by its certificate, a wildcard too', () => {
    const secure = flow('tls', '203.0.113.1', ['*.enterprise.test']);
    expect(directory.admit(from('<sip:tls.enterprise.test:5061;transport=tls>'), secure).kind).toBe('admitted');
  });

  it('is admitted by its source alone where the file says so', () => {
    const lenient = trunks().map((trunk) => ({ ...trunk, identifiedBy: 'source-address' as const }));
    const admitted = new TrunkDirectory(lenient, routing, () => 0);
    expect(admitted.admit(from('<sip:127.0.0.1:5070>'), flow('udp', '127.0.0.1')).kind).toBe('admitted');
  });

  it('knows IPv4 addresses in IPv6 clothes', () => {
    expect(comesFrom(trunks()[0]!, '::ffff:10.1.2.3')).toBe(true);
    expect(comesFrom(trunkByName('a.test', 5061), '10.1.2.3')).toBe(false);
  });
});

describe('a number to call', () => {
  it('goes to every matching route in order; a pattern that cannot be read matches nothing', () => {
    const directory = new TrunkDirectory(trunks(), routing, () => 0);
    expect(directory.routesFor('+1555').map((route) => route.map(({ fqdn }) => fqdn))).toEqual([
      ['sbc.enterprise.test', 'tls.enterprise.test'],
      ['tls.enterprise.test'],
    ]);
  });

  it('tries a trunk that has stopped pinging last', () => {
    let nowMs = 0;
    const directory = new TrunkDirectory(trunks(), routing, () => nowMs);
    const [sbc] = directory.all();
    directory.saw(sbc!, from('<sip:x>'), flow('udp', '127.0.0.1'));
    nowMs = 180_001;
    expect(directory.routesFor('+1555')[0]?.map(({ fqdn }) => fqdn)).toEqual([
      'tls.enterprise.test',
      'sbc.enterprise.test',
    ]);
    expect(directory.isHealthy(sbc!)).toBe(false);
  });
});

describe('the health of a trunk', () => {
  const DAY_MS = 86_400_000;

  it('is unknown until it pings, current while it does, and stopped three minutes after its last', () => {
    let nowMs = 0;
    const directory = new TrunkDirectory(trunks(), routing, () => nowMs);
    const [sbc] = directory.all();
    expect(directory.healthOf(sbc!.fqdn)).toEqual({ pings: 'unknown', certificate: 'unknown' });
    directory.saw(sbc!, from('<sip:x>'), flow('udp', '127.0.0.1'));
    nowMs = 180_000;
    expect(directory.healthOf(sbc!.fqdn)).toEqual({ pings: 'current', certificate: 'unknown' });
    nowMs = 180_001;
    expect(directory.healthOf(sbc!.fqdn).pings).toBe('stopped');
  });

  it.each([
    [31, 'valid'],
    [30, 'ends-soon'],
    [0, 'ended'],
  ])('says of a certificate with %i days to go that it is %s', (days, state) => {
    const directory = new TrunkDirectory(
      trunks(),
      routing,
      () => 0,
      () => 100 * DAY_MS,
    );
    const sbc = directory.all()[1];
    directory.saw(sbc!, from('<sip:x>'), flow('tls', '127.0.0.1', [], (100 + days) * DAY_MS));
    expect(directory.healthOf(sbc!.fqdn).certificate).toBe(state);
  });
});
