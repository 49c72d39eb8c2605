import { replyId } from '../ids.ts';
import type { TurnEffect } from './effect.ts';
import type { TimerName } from './input.ts';
import type { Awaiting, Said, Then, TurnIn, TurnState } from './state.ts';
import type { TurnSettings } from './turn-settings.ts';

export type Counts = Pick<TurnState, 'replies' | 'stumbles' | 'errands' | 'returns' | 'gate'>;

export type TurnStep<State extends TurnState = TurnState> = readonly [State, ...TurnEffect[]];

export const anything: Awaiting = { kind: 'anything' };
export const listenNext: Extract<Then, { kind: 'listen' }> = { kind: 'listen', awaiting: anything, reprompts: 0 };

/** One step after another, their effects in order. */
export function follow<Before extends TurnState>(step: TurnStep<Before>, next: (state: Before) => TurnStep): TurnStep {
  const [before, ...effects] = step;
  const [after, ...more] = next(before);
  return [after, ...effects, ...more];
}

/** What goes from one phase into the next. */
export function kept({ replies, stumbles, errands, returns, gate }: Counts): Counts {
  return { replies, stumbles, errands, returns, gate };
}

/** The caller's turn, from its beginning. */
export function listening(
  state: TurnState,
  { awaiting, reprompts }: { readonly awaiting: Awaiting; readonly reprompts: number },
  said?: Said,
): TurnIn<'caller'> {
  const nothing = { line: 'quiet', guess: undefined, ahead: undefined, keys: '' } as const;
  return { ...kept(state), phase: 'caller', awaiting, said, ...nothing, reprompts };
}

/** Fixed words under a reply id of their own. */
export function say(state: TurnState, text: string, then: Then, ...before: TurnEffect[]): TurnStep {
  const replies = state.replies + 1;
  const reply = replyId(replies);
  return [
    { ...kept(state), replies, phase: 'agent', source: 'prompt', reply, said: undefined, then },
    ...before,
    { type: 'say', reply, text },
  ];
}

export function ended(state: TurnState, ...effects: TurnEffect[]): TurnStep {
  return [{ ...kept(state), phase: 'ended' }, ...effects];
}

export function stop(timer: TimerName): TurnEffect {
  return { type: 'stop-timer', timer };
}

export function startSilence(settings: TurnSettings): TurnEffect {
  return { type: 'start-timer', timer: 'silence', ms: settings.silence.repromptAfterMs };
}

/** Gives up the reply that was written ahead, if one was. */
export function dropAhead(state: TurnState): TurnEffect[] {
  return state.phase === 'caller' && state.ahead !== undefined
    ? [{ type: 'stop-reply', reply: state.ahead.reply }]
    : [];
}

/** Every timer of the caller's turn. */
export function stopListening(): TurnEffect[] {
  return [stop('silence'), stop('end-of-turn'), stop('stable'), stop('keys')];
}

/** Every timer of a hand-over. */
export function stopTransferring(): TurnEffect[] {
  return [stop('transfer'), stop('comfort'), stop('errand')];
}

/** Ends the reply that is under way, if one is, and every timer. */
export function stopWhatRuns(state: TurnState): TurnEffect[] {
  const timers: TurnEffect[] = [...stopListening(), stop('filler'), stop('resume'), ...stopTransferring()];
  switch (state.phase) {
    case 'thinking':
    case 'agent':
    case 'held':
      return [{ type: 'stop-reply', reply: state.reply }, ...recorded(state.said), ...timers];
    case 'handing-over':
      return 'reply' in state.step ? [{ type: 'stop-reply', reply: state.step.reply }, ...timers] : timers;
    case 'caller':
      return [...dropAhead(state), ...recorded(state.said), ...timers];
    case 'waiting':
    case 'ended':
      return timers;
  }
}

/** Into the transcript, if anything was said. */
export function recorded(said: Said | undefined): TurnEffect[] {
  return said === undefined ? [] : [{ type: 'record-caller', said }];
}

export function spoken(text: string, confidence: number): Said {
  return { text, confidence, by: 'voice' };
}

export function keyed(keys: string): Said {
  return { text: keys, confidence: 1, by: 'keypad' };
}

/** Speech that goes on after a final is the same turn. */
export function merged(before: Said | undefined, more: Said): Said {
  if (before === undefined) return more;
  return { ...more, text: `${before.text} ${more.text}`, confidence: Math.min(before.confidence, more.confidence) };
}
