import { noTelemetry } from '#adapters/telemetry/no-telemetry';
import { describe, expect, it } from 'vitest';
import { REPORT_EVERY_MS, type BridgeReport } from '#core/admission/region';
import type { BridgeReports } from '#core/ports/bridge-reports';
import { reportSelf, TAKES_AWAY_ONE_IN } from '../../../media-bridge/self-report.ts';
import { capturedLog } from '../../support/captured-log.ts';
import { manualClock } from '../../support/manual-clock.ts';

function bridge(earlier: readonly BridgeReport[] = [], chance: (limit: number) => number = () => 0) {
  const clock = manualClock();
  const { log, lines } = capturedLog();
  const rows = new Map<string, Omit<BridgeReport, 'atMs'>>(earlier.map((row) => [row.replica, row]));
  const saved: Omit<BridgeReport, 'atMs'>[] = [];
  let storage: 'up' | 'down' = 'up';
  let lists = 0;
  const reports: BridgeReports = {
    list: () => {
      lists += 1;
      return Promise.resolve(earlier);
    },
    save: (report) => {
      if (storage === 'down') return Promise.reject(new Error('storage is down'));
      rows.set(report.replica, report);
      saved.push(report);
      return Promise.resolve();
    },
    remove: (replica) => Promise.resolve(void rows.delete(replica)),
  };
  const registry: { state: 'serving' | 'draining'; size: number } = { state: 'serving', size: 0 };
  const failing: 'language-model'[] = [];
  const start = () =>
    reportSelf({
      reports,
      registry,
      replica: 'bridge-1',
      maxCalls: 50,
      failing: () => failing,
      clock,
      random: { below: chance },
      log,
      telemetry: noTelemetry,
    });
  const become = (now: typeof storage) => (storage = now);
  return { clock, failing, lines, listed: () => lists, registry, rows, saved, start, storage: become };
}

const early = (replica: string, atMs: number): BridgeReport => ({
  replica,
  atMs,
  state: 'serving',
  calls: 0,
  maxCalls: 50,
  failing: [],
});

describe('a bridge', () => {
  it('says how it is when it starts, and again every few seconds', async () => {
    const { clock, failing, registry, saved, start } = bridge();
    const report = start();
    await clock.advance(0);
    expect(saved).toEqual([{ replica: 'bridge-1', state: 'serving', calls: 0, maxCalls: 50, failing: [] }]);
    registry.size = 7;
    failing.push('language-model');
    await clock.advance(REPORT_EVERY_MS);
    expect(saved.at(-1)).toMatchObject({ calls: 7, failing: ['language-model'] });
    await report.end();
  });

  it('says at once that it takes no calls any more', async () => {
    const { clock, registry, saved, start } = bridge();
    const report = start();
    await clock.advance(0);
    registry.state = 'draining';
    report.hurry();
    await clock.advance(0);
    expect(saved.at(-1)).toMatchObject({ state: 'draining' });
    await report.end();
  });

  it('takes its report with it when it ends, and says nothing afterwards', async () => {
    const { clock, rows, saved, start } = bridge();
    const report = start();
    await clock.advance(0);
    await report.end();
    await clock.advance(60_000);
    expect(rows.size).toBe(0);
    expect(saved).toHaveLength(1);
  });

  it('goes on when it cannot say it, tells the log once, and says it when it can again', async () => {
    const { clock, lines, saved, start, storage } = bridge();
    storage('down');
    const report = start();
    await clock.advance(3 * REPORT_EVERY_MS);
    expect(lines.map(({ msg }) => msg)).toEqual(['bridge not reported']);
    storage('up');
    await clock.advance(REPORT_EVERY_MS);
    expect(saved).toHaveLength(1);
    await report.end();
  });

  it('takes away what bridges that crashed long ago have left, and nothing else', async () => {
    const nowMs = manualClock().now();
    const { clock, rows, start } = bridge([
      early('crashed', nowMs - 3_700_000),
      early('gone', nowMs - 60_000),
      early('peer', nowMs - 1_000),
    ]);
    const report = start();
    await clock.advance(0);
    expect([...rows.keys()]).toEqual(['gone', 'peer', 'bridge-1']);
    await report.end();
  });

  it('leaves that to others mostly: when hundreds start at once, few of them read the rows of all', async () => {
    for (const [drawn, lists] of [
      [0, 1],
      [1, 0],
      [TAKES_AWAY_ONE_IN - 1, 0],
    ] as const) {
      const { clock, listed, saved, start } = bridge([], () => drawn);
      const report = start();
      await clock.advance(0);
      expect([listed(), saved.length]).toEqual([lists, 1]);
      await report.end();
    }
  });
});
