import { isGone } from '../call-automation/request-error.ts';
import type { CallControl } from '#core/ports/call-control';
import type { Clock } from '#core/ports/clock';
import { PortError } from '#core/ports/error';
import type { Telemetry } from '#core/ports/telemetry';
import type { WatchdogAction } from '#core/telemetry/measurement';
import { currentInvocation, type Invocation } from './invocation.ts';

/** Requests that do something to a call, as steps and watchdog's actions are named. */
const ACTIONS: readonly WatchdogAction[] = ['start-media', 'transfer', 'play-text', 'hang-up'];

/** The front as it is, each request to it a step of the handler that asked. */
export function observedControl(
  control: CallControl,
  { clock, telemetry }: { readonly clock: Clock; readonly telemetry: Telemetry },
): CallControl {
  const step = async <Result>(name: string, ask: () => Promise<Result>): Promise<Result> => {
    const invocation = currentInvocation();
    const startMs = clock.now();
    try {
      const result = await ask();
      const attributes = typeof result === 'string' && OUTCOMES.has(result) ? { outcome: result } : {};
      invocation?.step({ name, startMs, endMs: clock.now(), attributes, failure: undefined });
      return result;
    } catch (error) {
      invocation?.step({ name, startMs, endMs: clock.now(), attributes: {}, failure: failureOf(error) });
      throw error;
    }
  };
  return {
    answer: async (request, signal) => {
      const connectionId = await step('answer', () => control.answer(request, signal));
      noteAnswer(telemetry, currentInvocation(), clock.now(), 'answered');
      return connectionId;
    },
    redirect: (context, target, signal) => step('redirect', () => control.redirect(context, target, signal)),
    reject: (context, reason, signal) => step('reject', () => control.reject(context, reason, signal)),
    transfer: (request, signal) => step('transfer', () => control.transfer(request, signal)),
    hangUp: (connectionId, signal) => step('hang-up', () => control.hangUp(connectionId, signal)),
    startMedia: (connectionId, signal) => step('start-media', () => control.startMedia(connectionId, signal)),
    look: (connectionId, signal) => step('look', () => control.look(connectionId, signal)),
    listenForKeys: (connectionId, caller, signal) =>
      step('listen-for-keys', () => control.listenForKeys(connectionId, caller, signal)),
    playText: (request, signal) => step('play-text', () => control.playText(request, signal)),
  };
}

/** What a request may have come to besides an id. */
const OUTCOMES: ReadonlySet<string> = new Set(['asked', 'gone', 'streaming', 'silent']);
const GONE = 'gone';

/** A port's own codes, never a text. */
function failureOf(error: unknown): string {
  if (!(error instanceof PortError)) return 'unexpected';
  return isGone(error) ? GONE : String(error.code ?? error.status ?? 'no-response');
}

function noteAnswer(
  telemetry: Telemetry,
  invocation: Invocation | undefined,
  nowMs: number,
  outcome: 'answered' | 'gone' | 'refused',
): void {
  if (invocation === undefined) return;
  const value = Math.max(0, nowMs - invocation.ringingSinceMs) / 1_000;
  telemetry.record({ name: 'trunkline.call.answer.duration', value, attributes: { outcome } });
}

/** For an incoming call that was to be answered and was not. */
export function noteUnanswered(invocation: Invocation, nowMs: number, telemetry: Telemetry): void {
  const last = invocation.steps.findLast(({ name }) => name === 'answer');
  if (last?.failure === undefined) return;
  noteAnswer(telemetry, invocation, nowMs, last.failure === GONE ? 'gone' : 'refused');
}

/** What a look at a call led to: the last thing it asked the front for, or the end that it found. */
export function watchdogAction(invocation: Invocation): WatchdogAction {
  const asked = invocation.steps.findLast(({ name }) => ACTIONS.some((action) => action === name));
  const action = ACTIONS.find((known) => known === asked?.name);
  return action ?? (invocation.hasEndedCall ? 'ended' : 'none');
}
