import type { ProofKind, ProofVerdict } from '../ports/identity-proof.ts';

/** What stands between a caller and the conversation. While it is not open no model hears them and no tool runs, whatever is said. */
export type Gate =
  /** `proof`: whether the caller may still be asked to prove who they are. */
  | { readonly kind: 'open'; readonly proof: 'possible' | 'given-up' }
  | ({ readonly kind: 'code'; readonly code: string; readonly next: BehindGate } & Answers)
  /** What the caller says and keys is a secret: it is not recorded. `check`: digits are being checked. */
  | ({ readonly kind: 'proof'; readonly proof: ProofKind; readonly next: BehindGate } & Answers)
  /** The caller hears that they are through; what they say meanwhile may still be their secret. */
  | { readonly kind: 'passed'; readonly proof: 'possible' | 'given-up'; readonly next: BehindGate }
  /** There will be no conversation: a person, or the end of the call. */
  | { readonly kind: 'shut' };

interface Answers {
  readonly wrong: number;
  /** Answers that held no digits. */
  readonly unclear: number;
}

export type BehindGate =
  /** The conversation begins. `proof`: after the caller has proven who they are. */
  | { readonly kind: 'greeting'; readonly greeting: string; readonly proof: ProofKind | undefined }
  /** It goes on: a tool had asked for the proof. */
  | { readonly kind: 'answer' };

/** What a check has come to. `unknown`: it could not be made. */
export type CheckResult = ProofVerdict | 'unknown';

export const openGate: Gate = { kind: 'open', proof: 'possible' };
export const freshAnswers: Answers = { wrong: 0, unclear: 0 };

/** Stands in the record for what was said at a gate that asks for a secret. */
export const NOT_KEPT = '[not kept]';
