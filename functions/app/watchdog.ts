import { parseWatchdogMessage } from '#adapters/storage/queue-watchdog';
import { isUnderWay } from '#adapters/call-automation/request-error';
import type { CallEvent } from '#core/call/event';
import type { CallIn, CallState } from '#core/call/state';
import { lastResort } from '#core/call/last-resort';
import { MEDIA_OVER } from '#core/call/given-up';
import { eventOfLook, nextLookMs } from '#core/call/watch';
import type { CallId } from '#core/ids';
import type { CallLook } from '#core/ports/call-control';
import { PortError } from '#core/ports/error';
import type { CallServices } from './call-services.ts';
import { moveCall } from './move-call.ts';
import { whyLost } from './why-lost.ts';
import { wasTalkedTo } from './was-talked-to.ts';

const HANDLER_BUDGET_MS = 25_000;

/** The front delivers a report again after one, two and four seconds (acs-facts 3.6 knows no figures; these are the edge's). */
const REPORT_GRACE_MS = 8_000;

/** After a look that failed: the queue's own redeliveries end after five. */
const FAILED_LOOK_PAUSE_MS = 15_000;

/** For that: the time for the look may be over, and the host waits a minute (`functionTimeout` of host.json). */
const RESCHEDULE_BUDGET_MS = 15_000;
const RESCHEDULE_PAUSE_MS = 2_000;

/**
 * Some time after an answer, or after whatever was done last: is anybody talking to the caller, and is there a caller still? Asks the front first, whose
 * reports may have been lost, and arranges for the next look until the call is over.
 */
export async function handleWatchdog(entry: unknown, services: CallServices): Promise<void> {
  const callId = parseWatchdogMessage(entry);
  if (callId === undefined) {
    services.log.error({}, 'watchdog message unreadable');
    return;
  }
  const signal = AbortSignal.timeout(HANDLER_BUDGET_MS);
  try {
    await look(callId, services, signal);
  } catch (error) {
    services.log.error({ callId, err: error }, 'call not looked after');
    await lookLater(callId, services, AbortSignal.timeout(RESCHEDULE_BUDGET_MS));
  }
}

/** Whatever failed, the caller may still be there. Throws when the queue is out of reach too: then the host delivers this message again. */
async function lookLater(callId: CallId, { watchdog, clock, log }: CallServices, signal: AbortSignal): Promise<void> {
  try {
    await watchdog.schedule(callId, FAILED_LOOK_PAUSE_MS, signal);
  } catch (error) {
    log.error({ callId, err: error }, 'watchdog not set');
    await clock.sleep(RESCHEDULE_PAUSE_MS, signal);
    await watchdog.schedule(callId, FAILED_LOOK_PAUSE_MS, signal);
  }
}

async function look(callId: CallId, services: CallServices, signal: AbortSignal): Promise<void> {
  const { calls, clock, log } = services;
  const stored = await calls.load(callId, signal);
  if (stored === undefined) {
    log.warn({ callId, event: 'watchdog-fired' }, 'call unknown');
    return;
  }
  if (stored.state.phase === 'ended') return;
  const seen = await lookAtFront(stored.state, services, signal);
  if (seen === 'gone' && (await isReported(callId, services, signal))) return;
  // What never was there does not come back: who has waited for a first word since the answer waits no longer.
  const isEarly =
    seen === 'silent' && isComingBack(stored.state, services) && (await wasTalkedTo(callId, services, signal));
  const event = isEarly ? undefined : await whatIsWrong(stored.state, seen, services, signal);
  const moved = event === undefined ? undefined : await moveCall(callId, event, services, signal);
  const { state = stored.state, isWatched = false } = moved ?? {};
  const lookMs = nextLookMs(state, clock.now(), services.watchdogMs);
  // Not `setWatchdog`: this look may be the last one that is left, and must not end without the next.
  if (!isWatched && lookMs !== undefined) await services.watchdog.schedule(callId, lookMs, signal);
}

/** Whether the report of a call's end, which may be on its way, comes after all: it knows how the call ended. */
async function isReported(callId: CallId, { calls, clock }: CallServices, signal: AbortSignal): Promise<boolean> {
  await clock.sleep(REPORT_GRACE_MS, signal);
  const stored = await calls.load(callId, signal);
  return stored?.state.phase === 'ended';
}

/** The stream was lost or given up a moment ago, and has been asked for again since: there is a look of its own for that. */
function isComingBack(state: CallState, { clock, watchdogMs }: CallServices): boolean {
  if (state.phase !== 'connected') return false;
  const { mediaLostAtMs, mediaMovedAtMs = -Infinity } = state;
  const sinceMs = clock.now() - Math.max(mediaLostAtMs.at(-1) ?? -Infinity, mediaMovedAtMs);
  // Either way: the front's clock says when.
  return Math.abs(sinceMs) < watchdogMs && lastResort(state) === 'untried';
}

async function whatIsWrong(
  state: Exclude<CallState, { phase: 'ended' }>,
  seen: CallLook | undefined,
  services: CallServices,
  signal: AbortSignal,
): Promise<CallEvent | undefined> {
  return state.phase === 'talking' && seen === 'silent'
    ? streamAgain(state, services, signal)
    : eventOfLook(state, seen, services.clock.now());
}

/**
 * The row says that the stream is up, and the front that it is not; that it was lost was not told, or the front is wrong: what "inactive" means is not
 * documented. Asking again is right in both cases, since the front refuses to start what is running.
 */
async function streamAgain(
  { connectionId, offer: { callId, correlationId } }: CallIn<'talking'>,
  services: CallServices,
  signal: AbortSignal,
): Promise<CallEvent | undefined> {
  const { clock, control, log } = services;
  const lost = { type: 'media-lost', atMs: clock.now(), connectionId, detail: 'not-streaming' } as const;
  const known = await whyLost(callId, lost, services, signal);
  // The bridge has said goodbye.
  if (known.type === 'media-lost' && known.detail === MEDIA_OVER) return known;
  try {
    await control.startMedia(connectionId, signal);
    log.warn({ callId, correlationId }, 'stream asked for again');
    return undefined;
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    if (isUnderWay(error)) return undefined;
    return lost;
  }
}

async function lookAtFront(
  state: Exclude<CallState, { phase: 'ended' }>,
  { control, log }: CallServices,
  signal: AbortSignal,
): Promise<CallLook | undefined> {
  if (state.phase === 'offered') return undefined;
  const { callId, correlationId } = state.offer;
  try {
    const seen = await control.look(state.connectionId, signal);
    log.debug({ callId, correlationId, phase: state.phase, seen }, 'call looked at');
    return seen;
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    log.warn({ callId, correlationId, err: error }, 'front not asked');
    return undefined;
  }
}
