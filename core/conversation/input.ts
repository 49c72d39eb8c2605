import type { QueueChoice } from '../handover/choose-queues.ts';
import type { TransferProblem } from '../handover/transfer-problem.ts';
import type { ProofKind } from '../ports/identity-proof.ts';
import type { ReplyId } from '../ids.ts';
import type { CheckResult } from './gate.ts';
import type { HandoverRequest } from './hand-over-request.ts';
import type { ReplyFailure } from './reply-failure.ts';
import type { Resumption } from './resume.ts';

/** Everything a conversation reacts to. Produced by the media session; pure data. */
export type TurnInput =
  /** The caller can hear us. `greeting` is what to say first. */
  | { readonly type: 'media-ready'; readonly greeting: string; readonly gates?: Gates }
  /** Somebody has found out, after the beginning, whose number is calling. */
  | { readonly type: 'caller-known' }
  /** The caller can hear us again: another media session had begun this conversation. */
  | { readonly type: 'media-back'; readonly resumption: Resumption }
  /** Voice long enough to be one. */
  | { readonly type: 'speech-started' }
  /** Voice that has gone on for so long that the agent stops for it. */
  | { readonly type: 'speech-sustained' }
  | { readonly type: 'speech-ended' }
  | ({ readonly type: 'partial' } & Words)
  /** `quietForMs`: since the caller's voice was last there; for ever, when none has followed these words. */
  | ({ readonly type: 'final'; readonly confidence: number; readonly quietForMs: number } & Words)
  | { readonly type: 'key-pressed'; readonly key: string }
  | { readonly type: 'timer-fired'; readonly timer: TimerName }
  /** The first frame of this reply has gone out. */
  | { readonly type: 'reply-audible'; readonly reply: ReplyId }
  /** All that is written of this reply has been heard, and the rest is late. */
  | { readonly type: 'reply-stalled'; readonly reply: ReplyId }
  /** The model called a tool in this reply. Its words before that are still being spoken. */
  | { readonly type: 'tool-called'; readonly reply: ReplyId; readonly tool: ToolUse }
  /** Written, spoken and heard to its end. */
  | { readonly type: 'reply-finished'; readonly reply: ReplyId }
  /** The model or the voice failed, after what retries there are. */
  | { readonly type: 'reply-failed'; readonly reply: ReplyId; readonly why: ReplyFailure }
  /** Recognition is gone for good: the caller cannot be understood any more. */
  | { readonly type: 'hearing-failed' }
  /** What `choose-queues` asked for. */
  | { readonly type: 'queues-chosen'; readonly errand: number; readonly choice: QueueChoice }
  /** A person has the call, or is about to. */
  | { readonly type: 'transfer-accepted' }
  | { readonly type: 'transfer-failed'; readonly attempt: number; readonly why: TransferProblem }
  /** What became of `record-call-back`. */
  | { readonly type: 'call-back-recorded' | 'call-back-lost'; readonly errand: number }
  /** What `check-proof` has come to. */
  | { readonly type: 'proof-checked'; readonly reply: ReplyId; readonly result: CheckResult }
  /** The media stream has ended, or the call has. */
  | { readonly type: 'caller-gone' };

/** What the caller has to do before the greeting; left out: nothing. */
export interface Gates {
  /** Repeat these digits. */
  readonly code: string | undefined;
  /** Prove who they are. */
  readonly proof: ProofKind | undefined;
}

interface Words {
  readonly text: string;
  /** `line`: the agent's own words, come back over the line. Nobody said them. */
  readonly from: 'caller' | 'line';
}

/** A tool of the model that changes who has the turn. */
export type ToolUse =
  | { readonly kind: 'transfer-to-person'; readonly request: HandoverRequest }
  /** A tool needs the caller to be proven. */
  | { readonly kind: 'prove-identity' }
  | { readonly kind: 'end-call' };

/**
 * `end-of-turn`: the pause after a final. `stable`: the recogniser has not changed its mind. `silence`: nobody has said anything. `filler`: the
 * reply is late. `resume`: nothing was understood of who spoke over the agent. `keys`: no further key came. `transfer`: the front has not
 * said how the transfer went. `comfort`: a transfer takes long. `errand`: what was asked of somebody else has not come back, or is to be asked again.
 */
export type TimerName =
  'end-of-turn' | 'stable' | 'silence' | 'filler' | 'resume' | 'keys' | 'transfer' | 'comfort' | 'errand';
