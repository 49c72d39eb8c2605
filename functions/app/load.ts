import { createHash, timingSafeEqual } from 'node:crypto';
import type { Log } from '#adapters/logging/logger';
import { loadOf, type Load } from '#core/admission/region';
import type { BridgeReports } from '#core/ports/bridge-reports';
import type { Clock } from '#core/ports/clock';

/**
 * KEDA waits three seconds for an answer unless it is told otherwise (https://keda.sh/docs/latest/operate/cluster/, "HTTP Timeouts", November 2026):
 * it has to hear that storage is down before.
 */
const READ_BUDGET_MS = 2_000;
export interface LoadServices {
  readonly reports: Pick<BridgeReports, 'list'>;
  /** Who asks has to have it; `undefined`: nobody may ask. */
  readonly loadKey: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

export type LoadAnswer =
  | { readonly status: 200; readonly jsonBody: Load }
  | { readonly status: 401 | 503; readonly jsonBody: { readonly error: string } };

/**
 * How full the bridges are, for the scale rule on calls (infra/modules/media-bridge.bicep). Read anew for every question: it comes every half minute, and an
 * instance of the functions that takes no calls has kept nothing. While nobody knows there is no number: any would be taken for the truth.
 */
export async function handleLoad(key: string | null, services: LoadServices): Promise<LoadAnswer> {
  const { clock, loadKey, log, reports } = services;
  if (loadKey === undefined || key === null || !isSame(key, loadKey)) {
    return { status: 401, jsonBody: { error: 'expected the header x-api-key with the LOAD_KEY of this app' } };
  }
  try {
    const list = await reports.list(AbortSignal.timeout(READ_BUDGET_MS));
    const nowMs = clock.now();
    const load = loadOf({ reports: list, readAtMs: nowMs }, nowMs);
    return load === undefined ? unknown('no bridge reports') : { status: 200, jsonBody: load };
  } catch (error) {
    log.warn({ err: error }, 'load not told: reports of the bridges not read');
    return unknown('the reports of the bridges cannot be read from storage');
  }
}

function unknown(error: string): LoadAnswer {
  return { status: 503, jsonBody: { error } };
}

/** Takes as long whatever is wrong with the one that was given. */
function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
