import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../sip-edge/config.ts';
import { SettingsStore } from '../../../sip-edge/settings.ts';
import { Faults } from '../../../sip-edge/faults.ts';

const needed = {
  EDGE_ACCESS_KEY: Buffer.alloc(32).toString('base64'),
  EDGE_RESOURCE_ID: '6d000000-0000-4000-8000-000000000001',
};

describe('the configuration', () => {
  it('needs a key and a resource id, and listens on this machine only by default', () => {
    const config = loadConfig(needed);
    expect(config.http.listen).toEqual({ host: '127.0.0.1', port: 8080 });
    expect(config.control).toBeUndefined();
    expect(config.allowInsecureUrls).toBe(false);
    expect(config.sip.listen.map(({ address }) => address)).toEqual(['127.0.0.1', '127.0.0.1']);
  });

  it('names every wrong setting at once', () => {
    const wrong = {
      EDGE_SIP_LISTEN: 'udp:host',
      EDGE_RTP_PORTS: '9-1',
      EDGE_HTTP_LISTEN: 'nowhere',
      EDGE_ACCESS_KEY: 'short',
      EDGE_RESOURCE_ID: 'x',
      EDGE_HEADER_CASING: 'shouting',
    };
    const act = (): unknown => loadConfig(wrong);
    for (const name of Object.keys(wrong)) expect(act).toThrow(name);
  });

  it('takes only a connection string of Application Insights for one', () => {
    const load = (value: string) =>
      loadConfig({ ...needed, APPLICATIONINSIGHTS_CONNECTION_STRING: value }).telemetry?.azureMonitor;
    const whole = 'InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint=https://in.example/';
    expect(load(whole)).toEqual({ connectionString: whole, byIdentity: false });
    expect(load('')).toBeUndefined();
    expect(() => load('https://in.example/')).toThrow('APPLICATIONINSIGHTS_CONNECTION_STRING');
  });

  it('knows the resource accounts of Teams by their numbers, each once', () => {
    const account = 'cc123456-5678-5678-1234-ccc123456789';
    const load = (value: string) =>
      loadConfig({ ...needed, EDGE_TEAMS_RESOURCE_ACCOUNTS: value }).settings.teamsResourceAccounts;
    expect(load(`+18005550199=${account}`)).toEqual({ '+18005550199': account });
    expect(load('')).toBeUndefined();
    for (const wrong of [
      '+18005550199',
      `0199=${account}`,
      '+18005550199=me',
      `+18005550199=${account},+18005550199=${account}`,
    ])
      expect(() => load(wrong)).toThrow('EDGE_TEAMS_RESOURCE_ACCOUNTS');
  });

  it('keeps the caller through a transfer and tries callbacks again, unless told otherwise', () => {
    expect(loadConfig(needed).settings).toMatchObject({
      transferBye: 'after-final-notify',
      callbacks: { retries: 3 },
    });
    expect(loadConfig({ ...needed, EDGE_CALLBACK_RETRIES: '0' }).settings.callbacks.retries).toBe(0);
    expect(() => loadConfig({ ...needed, EDGE_CALLBACK_RETRIES: '11' })).toThrow('EDGE_CALLBACK_RETRIES');
  });

  it('rejects with the statuses it is given, and with its own for the other reasons', () => {
    const rejecting = (changes: object) =>
      new SettingsStore(loadConfig({ ...needed, ...changes }).settings).current.reject;
    expect(rejecting({})).toEqual({ none: 603, busy: 486, forbidden: 403, retryAfterS: 5 });
    expect(rejecting({ EDGE_REJECT_STATUSES: 'none:503, busy:600', EDGE_REJECT_RETRY_AFTER_S: '0' })).toEqual({
      none: 503,
      busy: 600,
      forbidden: 403,
      retryAfterS: 0,
    });
    for (const statuses of ['503', 'none:200', 'full:503', 'none:503;busy:486']) {
      expect(() => loadConfig({ ...needed, EDGE_REJECT_STATUSES: statuses })).toThrow('EDGE_REJECT_STATUSES');
    }
    expect(() => loadConfig({ ...needed, EDGE_REJECT_RETRY_AFTER_S: '3601' })).toThrow('EDGE_REJECT_RETRY_AFTER_S');
  });

  it('gives calls half a minute to end, and none where a parent waits', () => {
    expect(loadConfig(needed).drainTimeoutMs).toBe(30_000);
    expect(loadConfig({ ...needed, EXIT_WITH_PARENT: '1' }).drainTimeoutMs).toBe(0);
    expect(loadConfig({ ...needed, EXIT_WITH_PARENT: '1', EDGE_DRAIN_TIMEOUT_MS: '500' }).drainTimeoutMs).toBe(500);
    expect(() => loadConfig({ ...needed, EDGE_DRAIN_TIMEOUT_MS: 'long' })).toThrow('EDGE_DRAIN_TIMEOUT_MS');
  });

  it.each(['0.0.0.0', '::', '0:0:0:0:0:0:0:0', '::ffff:0.0.0.0'])('does not name %s for its sound', (address) => {
    expect(() => loadConfig({ ...needed, EDGE_RTP_ADDRESS: address })).toThrow(/wildcard[^]*EDGE_RTP_ADDRESS/);
  });

  it('needs a name when it listens on every address', () => {
    for (const listen of ['udp:0.0.0.0:5060', 'udp:127.0.0.1:5060,tcp:[::]:5060']) {
      expect(() => loadConfig({ ...needed, EDGE_SIP_LISTEN: listen })).toThrow('EDGE_SIP_DOMAIN');
      expect(loadConfig({ ...needed, EDGE_SIP_LISTEN: listen, EDGE_SIP_DOMAIN: 'edge.test' }).sip.domain).toBe(
        'edge.test',
      );
    }
    expect(loadConfig({ ...needed, EDGE_SIP_LISTEN: 'udp:[::1]:5060', EDGE_RTP_ADDRESS: '10.0.0.1' }).sip.domain).toBe(
      '::1',
    );
  });

  it('needs a certificate to listen on TLS', () => {
    expect(() => loadConfig({ ...needed, EDGE_SIP_LISTEN: 'tls:127.0.0.1:0' })).toThrow('EDGE_TLS_CERT_FILE');
  });
});

describe('the settings in force', () => {
  it('change only where a patch names them, and not at all when it is wrong', () => {
    const store = new SettingsStore();
    store.change({ callbacks: { shuffle: true } });
    expect(store.current.callbacks).toMatchObject({ shuffle: true, duplicates: 0 });
    expect(() => store.change({ transferBye: 'early', callbacks: { duplicates: 99 } })).toThrow();
    expect(store.current.callbacks.duplicates).toBe(0);
  });
});

describe('an ordered fault', () => {
  it('is used up by its own surface only', () => {
    const faults = new Faults();
    faults.add({ surface: 'callback', status: 503, times: 2 });
    expect(faults.take('event-grid')).toBeUndefined();
    expect([faults.take('callback')?.status, faults.take('callback')?.status]).toEqual([503, 503]);
    expect(faults.take('callback')).toBeUndefined();
  });
});
