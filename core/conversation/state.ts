import type { ReplyId } from '../ids.ts';
import { openGate, type Gate } from './gate.ts';
import type { HandoverRequest } from './hand-over-request.ts';

/**
 * Who has the turn. Pure data; what is being recognised, thought and spoken lives in the media session and is named here by reply id.
 *
 * - `caller`: the agent listens.
 * - `thinking`: a reply is being written, nothing of it has been heard.
 * - `agent`: the caller hears a reply or a prompt.
 * - `held`: somebody speaks over the agent. It is quiet and keeps its reply until words say whether the caller means to interrupt.
 * - `handing-over`: on the way to a person; the caller is not listened to.
 */
export type TurnState = {
  /** How many replies there have been: the next one's id comes from it. */
  readonly replies: number;
  /** Answers in a row that came to nothing and were passed off with "could you say that again?". */
  readonly stumbles: number;
  /** Errands there have been: what was asked of somebody else, and its number with which the answer comes back. */
  readonly errands: number;
  /** How often a caller came back from a hand-over without a person. */
  readonly returns: number;
  /** What the caller has to do before they are in a conversation. */
  readonly gate: Gate;
} & Turn;

export type Turn =
  /** Before the media stream is up. */
  | { readonly phase: 'waiting' }
  | {
      readonly phase: 'caller';
      /** Whether somebody speaks: the pause at the end of a turn runs in `quiet` only. */
      readonly line: 'quiet' | 'speech';
      readonly awaiting: Awaiting;
      /** What the recogniser has settled on in this turn. */
      readonly said: Said | undefined;
      /** What it believes to hear in the utterance under way. */
      readonly guess: string | undefined;
      /** A reply that is being written ahead, in case the turn ends with these words. Nothing of it is heard and it does nothing. */
      readonly ahead: Ahead | undefined;
      /** Keys pressed and not yet taken as a number. */
      readonly keys: string;
      /** Reprompts since the caller was last heard. */
      readonly reprompts: number;
    }
  | ({ readonly phase: 'thinking' } & Reply)
  | ({ readonly phase: 'agent'; readonly source: ReplySource } & Reply)
  | ({
      readonly phase: 'held';
      /** `thinking`: nothing of it was heard before. */
      readonly was: 'thinking' | ReplySource;
      /** What the recogniser believes to hear of who speaks: so few words may still turn out otherwise. */
      readonly guess: string | undefined;
      /** Stretches of voice that came to no words. */
      readonly noises: number;
    } & Reply)
  | { readonly phase: 'handing-over'; readonly request: HandoverRequest; readonly step: HandoverStep }
  | { readonly phase: 'ended' };

/** `prompt`: fixed words; `model`: written for this turn. */
export type ReplySource = 'model' | 'prompt';

interface Reply {
  readonly reply: ReplyId;
  /** What it answers, while that is not recorded. */
  readonly said: Said | undefined;
  readonly then: Then;
}

export type TurnPhase = Turn['phase'];
export type TurnIn<P extends TurnPhase> = Extract<TurnState, { phase: P }>;

/** The agent has the turn. */
export type Replying = TurnIn<'thinking' | 'agent' | 'held'>;

/** A caller's words before they are recorded: they are, once an answer to them is heard. */
export interface Said {
  readonly text: string;
  /** 0..1, the lowest of the parts. */
  readonly confidence: number;
  readonly by: 'voice' | 'keypad';
}

export interface Ahead {
  readonly reply: ReplyId;
  /** The turn's words it answers. */
  readonly text: string;
}

export type Awaiting =
  | { readonly kind: 'anything' }
  /** The caller was asked whether to be handed over. */
  | { readonly kind: 'confirmation'; readonly request: HandoverRequest; readonly unclear: number }
  /** They were asked something about being called back instead of being connected. */
  | { readonly kind: 'call-back'; readonly question: CallBackQuestion; readonly wish: CallBackWish };

/**
 * `connect-or-call-back`: the wait is long. `call-back`: nobody is there; yes or no. `own-number`: whether the number they call from is the one; yes or
 * no. `number`: which one. `number-right`: whether it was understood; yes or no.
 */
export type CallBackQuestion =
  | { readonly kind: 'connect-or-call-back' | 'call-back' | 'own-number' | 'number' }
  | { readonly kind: 'number-right'; readonly number: string };

export interface CallBackWish {
  /** With the queues that were chosen: those that would be tried, or are to call back. */
  readonly request: HandoverRequest;
  readonly line: 'open' | 'closed';
  /** Answers in a row that did not fit the question. */
  readonly unclear: number;
}

/** What follows when the agent has finished speaking. */
export type Then =
  | { readonly kind: 'listen'; readonly awaiting: Awaiting; readonly reprompts: number }
  /** The model answers the caller's last words, which are recorded: the answer to them was lost with a media stream. */
  | { readonly kind: 'answer' }
  | { readonly kind: 'confirm'; readonly request: HandoverRequest }
  /** The caller is asked to prove who they are. */
  | { readonly kind: 'prove' }
  | { readonly kind: 'hand-over'; readonly request: HandoverRequest }
  | { readonly kind: 'hang-up' };

export type HandoverStep =
  /** Which queues are open, and how long the wait is. */
  | { readonly kind: 'choosing'; readonly errand: number }
  | { readonly kind: 'announcing'; readonly reply: ReplyId }
  /** Asked for the `attempt`-th queue of the order (from 0); no outcome yet. `reply`: the comfort message that is being said. */
  | { readonly kind: 'asked'; readonly attempt: number; readonly reply?: ReplyId; readonly conflicts?: number }
  /** The front was busy with another transfer of this call: the same queue is asked again in a moment. */
  | { readonly kind: 'postponed'; readonly attempt: number; readonly conflicts: number }
  | { readonly kind: 'accepted' }
  /** A call-back request is being recorded. */
  | { readonly kind: 'noting'; readonly errand: number }
  /** No queue took the call; the failure message is being said. */
  | { readonly kind: 'apologising'; readonly reply: ReplyId };

export const firstTurn: TurnState = {
  replies: 0,
  stumbles: 0,
  errands: 0,
  returns: 0,
  gate: openGate,
  phase: 'waiting',
};
