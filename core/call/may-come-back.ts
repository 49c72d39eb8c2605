import type { CallState } from './state.ts';

/**
 * Whether a call that is held for over may be up all the same: its end was inferred before it was known to be established, and the front may know
 * better.
 */
export function mayComeBack(state: CallState): boolean {
  return state.phase === 'ended' && state.source === 'inference' && state.connectionId === undefined;
}
