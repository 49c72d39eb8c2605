import { writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { livePolicy } from '#adapters/admission/live-policy';
import { loadDefaultPolicy } from '#adapters/admission/settings';
import { admissionPolicy, openPolicy } from '#core/admission/policy';
import type { StoredPolicy } from '#core/ports/policy-store';
import { capturedLog } from '../../../support/captured-log.ts';
import { manualClock } from '../../../support/manual-clock.ts';

const standard = admissionPolicy.parse({ blockedCallers: { anonymous: true } });

function live(first: () => Promise<StoredPolicy | undefined> = () => Promise.resolve(undefined)) {
  const clock = manualClock();
  const { log, lines } = capturedLog();
  let writes = 0;
  let load = first;
  const current = livePolicy({
    store: { load: () => load(), replace: () => Promise.resolve(false), remove: () => Promise.resolve(false) },
    standard,
    clock,
    log,
  });
  return {
    clock,
    current,
    /** What counts for a call an hour later: whatever was written by then. */
    anHourLater: async () => {
      await clock.advance(3_600_000);
      return current();
    },
    put: (yaml: string) => {
      writes += 1;
      const stored = { yaml, changedAtMs: clock.now(), version: `etag-${writes}` };
      load = () => Promise.resolve(stored);
    },
    takeAway: () => (load = () => Promise.resolve(undefined)),
    breakDown: () => (load = () => Promise.reject(new Error('storage is down'))),
    told: () => lines.map(({ msg }) => msg),
  };
}

describe('the policy in force', () => {
  it('is the one of the file until another is put', async () => {
    const policy = live();
    expect(await policy.anHourLater()).toBe(standard);
    policy.put('agent: off');
    expect(await policy.anHourLater()).toMatchObject({ agent: 'off', blockedCallers: { anonymous: false } });
    expect(policy.told()).toEqual(['admission policy changed']);
  });

  it('is read when the process starts, and the first call waits for a slow read, a second at most', async () => {
    const off = { yaml: 'agent: off', changedAtMs: 0, version: 'etag-0' };
    const slow = Promise.withResolvers<StoredPolicy>();
    let reads = 0;
    const { clock, current } = live(() => {
      reads += 1;
      return slow.promise;
    });
    expect(reads).toBe(1);
    const first = current();
    await clock.advance(900);
    slow.resolve(off);
    expect(await first).toMatchObject({ agent: 'off' });
    const stuck = live(() => new Promise(() => undefined));
    const waiting = stuck.current();
    await stuck.clock.advance(1_000);
    expect(await waiting).toBe(standard);
  });

  it('is the one of the file again when the live one is taken away', async () => {
    const policy = live();
    policy.put('agent: off');
    await policy.anHourLater();
    policy.takeAway();
    expect(await policy.anHourLater()).toBe(standard);
  });

  it('stays the last good one when a broken one gets there, and that is told once', async () => {
    const policy = live();
    policy.put('agent: off');
    await policy.anHourLater();
    policy.put('agent: sometimes');
    expect(await policy.anHourLater()).toMatchObject({ agent: 'off' });
    expect(await policy.anHourLater()).toMatchObject({ agent: 'off' });
    expect(policy.told()).toEqual(['admission policy changed', 'admission policy broken: the last good one stays']);
    policy.put('agent: on');
    expect(await policy.anHourLater()).toMatchObject({ agent: 'on' });
  });

  it('is the one of the file when a broken one was there from the start', async () => {
    const policy = live();
    policy.put('agent: sometimes');
    expect(await policy.anHourLater()).toBe(standard);
  });

  it('is the last known one while the storage is down, and before that the one of the file', async () => {
    const policy = live();
    policy.breakDown();
    expect(await policy.anHourLater()).toBe(standard);
    policy.put('agent: off');
    await policy.anHourLater();
    policy.breakDown();
    expect(await policy.anHourLater()).toMatchObject({ agent: 'off' });
  });
});

describe('the file of the standard policy', () => {
  const file = (text: string): string => {
    const path = join(mkdtempSync(join(tmpdir(), 'admission-')), 'policy.yaml');
    writeFileSync(path, text);
    return path;
  };

  it('is read at the start', () => {
    expect(loadDefaultPolicy({ file: file('agent: off') })).toMatchObject({ agent: 'off' });
    expect(loadDefaultPolicy({ file: undefined })).toBe(openPolicy);
  });

  it('stops the start when it is wrong or not there, and says where', () => {
    const broken = file('agent: sometimes');
    expect(() => loadDefaultPolicy({ file: broken })).toThrow(`${broken}:1: agent: expected on or off`);
    expect(() => loadDefaultPolicy({ file: '/nowhere.yaml' })).toThrow('/nowhere.yaml (ADMISSION_FILE)');
  });
});
