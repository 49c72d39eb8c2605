import type { CallerDoes, Moment } from '../rows/row.ts';
import type { World } from '../world/world.ts';
import {
  ANSWER,
  GREETING,
  LONG_ANSWER,
  LONG_QUESTION,
  PARCEL_QUESTION,
  QUESTION,
  SLOW_QUESTION,
} from '../world/words.ts';
import type { ObservedCall } from './observed-call.ts';
import { polled, within } from './until.ts';

/** Far more than a call takes to come so far on a machine that is busy. */
const STEP_LIMIT_MS = 20_000;
/** Into a sentence of the caller or of the agent. */
const MID_SENTENCE_MS = 600;

export class MomentMissed extends Error {
  override readonly name = 'MomentMissed';
}

/** Brings a call that was placed to the moment in which the fault is wanted. Throws `MomentMissed`. */
export async function bringTo(moment: Moment, call: ObservedCall, world: World): Promise<void> {
  const reach = async (what: string, check: () => boolean): Promise<void> => {
    const found = await within(world.wake, STEP_LIMIT_MS, () => (check() ? true : undefined));
    if (found === undefined)
      throw new MomentMissed(`${what} did not come (${call.placed.outcome ?? 'the call is up'})`);
  };
  switch (moment) {
    case 'before the call':
      return;
    case 'ringing':
      return reach('ringing', () => call.placed.isRinging || call.placed.answeredAtMs !== undefined);
    case 'greeting':
      return reach('the greeting', () => call.heard(new RegExp(GREETING.slice(-15, -1)), 0) !== undefined);
    case 'listening':
      return reach('the end of the greeting', () => isGreeted(call, world));
    case 'caller speaking':
      await reach('the end of the greeting', () => isGreeted(call, world));
      say(SLOW_QUESTION, call, world);
      return pause(MID_SENTENCE_MS);
    case 'thinking': {
      await reach('the end of the greeting', () => isGreeted(call, world));
      const spokenAtMs = Date.now();
      say(SLOW_QUESTION, call, world);
      return reach('a final', () =>
        world.log
          .callerInputs(call.placed.sipCallId)
          .some(({ atMs, text }) => atMs > spokenAtMs && /charged/i.test(text)),
      );
    }
    case 'speaking': {
      await reach('the end of the greeting', () => isGreeted(call, world));
      say(LONG_QUESTION, call, world);
      await reach('the long answer', () => call.heard(new RegExp(LONG_ANSWER.slice(0, 20)), 0) !== undefined);
      return pause(MID_SENTENCE_MS);
    }
    case 'handing over':
      await reach('the end of the greeting', () => isGreeted(call, world));
      void call.placed.press('0');
      return reach('the ringing of a queue', () => call.visits.length > 0);
    default:
      return moment satisfies never;
  }
}

/** What the caller does after the fault; resolves when it was done, not when it has had an effect. */
export async function act(does: CallerDoes, call: ObservedCall, world: World, isFelt: () => boolean): Promise<void> {
  const greeted = (): Promise<true | undefined> =>
    within(world.wake, STEP_LIMIT_MS, () => (isGreeted(call, world) || isOver(call) ? true : undefined));
  switch (does) {
    case 'listens':
      return;
    case 'asks':
      await greeted();
      say(QUESTION, call, world);
      return;
    case 'asks about a parcel':
      await greeted();
      say(PARCEL_QUESTION, call, world);
      return;
    case 'presses 0':
      await greeted();
      void call.placed.press('0');
      return;
    case 'hangs up':
      call.placed.hangUp();
      return;
    case 'hangs up on the answer':
      if ((await polled(STEP_LIMIT_MS, () => Promise.resolve(isFelt() || undefined))) === undefined) return;
      call.placed.hangUp();
      return;
    default:
      return does satisfies never;
  }
}

/** What shows that a conversation goes on, when the row does not say. */
export const USUAL_ANSWER = new RegExp(ANSWER.slice(0, -1), 'i');

export function say(text: string, call: ObservedCall, world: World): void {
  if (!isOver(call)) void call.placed.handset.say(world.voices.speech(text, undefined));
}

function isOver(call: ObservedCall): boolean {
  return call.placed.outcome !== undefined || call.visits.some(({ answeredAtMs }) => answeredAtMs !== undefined);
}

function isGreeted(call: ObservedCall, world: World): boolean {
  const said = world.log.agentUtterances(call.placed.sipCallId).some(({ kind }) => kind === 'said');
  return said && !call.placed.handset.hearsVoice;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
