import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Contract tests wait for their peers most of the time; more at once would make their peers late. */
const CONTRACT_WORKERS = availableParallelism() + 1;

/**
 * unit: no network, no files but fixtures. contract: one port or protocol against its real peer on loopback.
 * e2e: phone calls through the whole path. deploy: bridges replaced
 * under many calls, which takes a machine of its own. interop: SIP programs from Debian packages.
 * Units first, then contracts, then the rest a file at a time: what is timed by ear has no other file beside it.
 */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 30_000, maxWorkers: '100%' } },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: CONTRACT_WORKERS,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          // Calls at the same time, each in a stack of its own.
          maxConcurrency: 2,
        },
      },
      {
        test: {
          name: 'deploy',
          include: ['test/deploy/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 90_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'interop',
          include: ['test/interop/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
