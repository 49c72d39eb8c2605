import { replyId } from '../ids.ts';
import type { StoredSession } from '../ports/session-store.ts';
import { unreachable } from '../unreachable.ts';
import type { TurnEffect } from './effect.ts';
import type { HandoverRequest } from './hand-over-request.ts';
import { announce, askWhether } from './handing-over.ts';
import type { TurnState } from './state.ts';
import { ended, kept, listening, listenNext, say, startSilence, type TurnStep } from './step.ts';
import type { TranscriptTurn } from './transcript.ts';
import type { TurnSettings } from './turn-settings.ts';
import { nothingUnfinished, type Unfinished } from './unfinished.ts';

/** How a conversation goes on that another media session had begun. */
export interface Resumption {
  /** `lost`: it broke off, and the caller has noticed. `moved`: it was given up in order, at a moment of its choice. */
  readonly how: 'lost' | 'moved';
  readonly stage: Unfinished['stage'];
  readonly transfer: Unfinished['transfer'];
  /** Whether the caller has heard the beginning of something that was not said to its end. */
  readonly heard: 'beginning' | 'nothing';
}

/** For the model. A change that may have been made must not be made again unseen. */
const OUTCOME_UNKNOWN =
  'This was begun, and the connection was lost before its result came: it may have been done or not. Do not simply begin it again: look up whether it was done, or tell the caller that it has to be checked.';

/** What was said so far, with what was under way when the media session before wrote for the last time. */
export function turnsSoFar(
  { turns, unfinished }: { readonly turns: readonly TranscriptTurn[]; readonly unfinished: Unfinished },
  atMs: number,
): readonly TranscriptTurn[] {
  const { said, saying, tools } = unfinished;
  return [
    ...turns,
    ...(said === undefined ? [] : [callerTurn(said, atMs)]),
    ...tools.map((name) => ({ by: 'tool', name, text: OUTCOME_UNKNOWN, atMs }) as const),
    ...(saying === '' ? [] : [{ by: 'agent', text: saying, interrupted: true, atMs } as const]),
  ];
}

function callerTurn({ by, text, confidence }: NonNullable<Unfinished['said']>, atMs: number): TranscriptTurn {
  return by === 'keypad' ? { by, text, atMs } : { by: 'caller', text, confidence, atMs };
}

/** `undefined` when the conversation begins: nothing was said to its end, and nobody waits for anything. */
export function resumption(earlier: StoredSession | undefined): Resumption | undefined {
  const { turns = [], unfinished = nothingUnfinished } = earlier?.record ?? {};
  const { stage, said, saying, transfer } = unfinished;
  if (turns.length === 0 && said === undefined && stage.kind === 'listening') return undefined;
  const last = turns.at(-1);
  const isCut = saying !== '' || (last?.by === 'agent' && last.interrupted);
  return {
    how: earlier?.ownership === 'released' ? 'moved' : 'lost',
    stage,
    transfer,
    heard: isCut ? 'beginning' : 'nothing',
  };
}

/**
 * The caller can hear us again: one honest sentence, then on with what was under way. Whoever was moved in a quiet moment has noticed nothing and
 * is told nothing.
 */
export function resumed(state: TurnState, resumption: Resumption, settings: TurnSettings): TurnStep {
  const { texts } = settings;
  const { how, stage, transfer, heard } = resumption;
  const words = how === 'lost' ? texts.resumeAnswer : heard === 'beginning' ? texts.resumeMoved : undefined;
  switch (stage.kind) {
    case 'listening':
      return how === 'lost'
        ? say(state, texts.resume, listenNext)
        : [listening(state, listenNext), startSilence(settings)];
    case 'answering':
      return words === undefined ? answerAgain(state, settings) : say(state, words, { kind: 'answer' });
    case 'confirming':
      return words === undefined
        ? askWhether(state, stage.request, settings)
        : say(state, words, { kind: 'confirm', request: stage.request });
    case 'handing-over':
      if (transfer !== undefined) return awaitOutcome(state, stage.request, transfer.attempt, settings);
      return words === undefined
        ? announce(state, stage.request, settings)
        : say(state, words, { kind: 'hand-over', request: stage.request });
    case 'leaving':
      // The goodbye may have been heard or not: a second one does no harm.
      return how === 'lost' ? say(state, texts.goodbye, { kind: 'hang-up' }) : ended(state, { type: 'hang-up' });
    default:
      return unreachable(stage);
  }
}

/** The model answers the caller's last words, which are in the transcript already. */
export function answerAgain(state: TurnState, settings: TurnSettings, ...before: TurnEffect[]): TurnStep {
  const replies = state.replies + 1;
  const reply = replyId(replies);
  return [
    { ...kept(state), replies, phase: 'thinking', reply, said: undefined, then: listenNext },
    ...before,
    { type: 'think-again', reply },
    { type: 'start-timer', timer: 'filler', ms: settings.fillerAfterMs },
  ];
}

/** The front was asked before the stream was lost: its answer is in the call row, or will be. Asking again would ring twice. */
function awaitOutcome(
  state: TurnState,
  request: HandoverRequest,
  attempt: number,
  { handover: { comfort }, transferTimeoutMs }: TurnSettings,
): TurnStep {
  return [
    { ...kept(state), phase: 'handing-over', request, step: { kind: 'asked', attempt } },
    { type: 'start-timer', timer: 'transfer', ms: transferTimeoutMs },
    ...(comfort.say === 'off' ? [] : [{ type: 'start-timer', timer: 'comfort', ms: comfort.afterMs } as const]),
  ];
}
