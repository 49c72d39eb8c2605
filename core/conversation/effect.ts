import type { ProofKind } from '../ports/identity-proof.ts';
import type { ReplyId } from '../ids.ts';
import type { HandoverRequest } from './hand-over-request.ts';
import type { TimerName } from './input.ts';
import type { CallBackWish, Said } from './state.ts';

/** What the media session shall do. Data, so that a test compares it. */
export type TurnEffect =
  /** Speak fixed words; `reply-finished` follows when they have been heard, `reply-failed` when they cannot be. */
  | { readonly type: 'say'; readonly reply: ReplyId; readonly text: string }
  /** Let the model answer `said`; its clauses are spoken as they come. What was written ahead under this id is used. */
  | { readonly type: 'think'; readonly reply: ReplyId; readonly said: Said }
  /** Let the model answer the caller's last words again: they are in the transcript, with what was heard of an answer. */
  | { readonly type: 'think-again'; readonly reply: ReplyId }
  /** Let the model go on: the caller was asked to prove who they are, and what came of it is known. */
  | { readonly type: 'think-on'; readonly reply: ReplyId }
  /** Have these digits compared with the customer's: `proof-checked` follows under this id, whatever happens. Written down nowhere. */
  | { readonly type: 'check-proof'; readonly reply: ReplyId; readonly proof: ProofKind; readonly digits: string }
  /** Let the model begin to answer, unheard and without doing anything: `think` or `stop-reply` follows. */
  | { readonly type: 'think-ahead'; readonly reply: ReplyId; readonly said: Said }
  /** Something short while a reply is late; part of that reply, which goes on. */
  | { readonly type: 'say-filler'; readonly reply: ReplyId; readonly text: string }
  /** Be quiet at once, and take back what the front has queued, but keep the reply: `resume-reply` or `stop-reply` follows. */
  | { readonly type: 'hold-reply'; readonly reply: ReplyId }
  /** Go on with the last word that was not heard to its end. */
  | { readonly type: 'resume-reply'; readonly reply: ReplyId }
  /** Stop at once: model, synthesis, queued audio, and what the front has queued. What was heard is recorded. */
  | { readonly type: 'stop-reply'; readonly reply: ReplyId }
  /** The caller's turn is settled: into the transcript. */
  | { readonly type: 'record-caller'; readonly said: Said }
  /** Restarts it when it runs. */
  | { readonly type: 'start-timer'; readonly timer: TimerName; readonly ms: number }
  | { readonly type: 'stop-timer'; readonly timer: TimerName }
  /** Find out which queues are open and how long the wait is: `queues-chosen` follows with this number. */
  | { readonly type: 'choose-queues'; readonly errand: number; readonly request: HandoverRequest }
  /** Write down durably that this caller is to be called back: `call-back-recorded` or `call-back-lost` follows with this number. */
  | ({ readonly type: 'record-call-back'; readonly errand: number } & CallBackNote)
  /** Ask for the `attempt`-th queue of the order (from 0). */
  | { readonly type: 'transfer'; readonly request: HandoverRequest; readonly attempt: number }
  | { readonly type: 'hang-up' };

export interface CallBackNote extends Pick<CallBackWish, 'request' | 'line'> {
  /** Digits as the caller gave them, with a leading + where the country is known. */
  readonly number: string;
}
