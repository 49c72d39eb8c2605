import type { LanguageModel, ModelRequest, ToolCall } from '#core/ports/language-model';

/** What one reply is written with. */
export interface ReplyWork {
  readonly model: LanguageModel;
  /**
   * Asked again for each round, since a tool may change the agent or the language. Ends with what the caller said: what this reply has said and
   * done so far is added by the writer, so the turns in it are those before this reply.
   */
  readonly request: () => ModelRequest;
  /** Carries a call out, once. Throws nothing but the signal's reason: what fails is a result. */
  readonly act: (call: ToolCall, signal: AbortSignal) => Promise<ToolOutcome>;
  /** What the caller hears while a tool works, when the model has not said anything itself. */
  readonly meanwhile: (call: ToolCall) => string | undefined;
  /** Tools wait for it: a reply that is thought ahead does nothing before the caller's turn is over. Words do not wait. */
  readonly mayAct?: Promise<void>;
  /** Asked again for each round, as `request`. */
  readonly bounds: () => ReplyBounds;
}

export interface ReplyBounds {
  /** The model's own words of the whole reply end with the clause that goes beyond this. */
  readonly maxChars: number;
  /** Words whose full stop ends no sentence, in the language that is written now. */
  readonly abbreviations: readonly string[];
}

export type ToolOutcome =
  /** It changes who has the turn: the reply ends with the words written. */
  | { readonly kind: 'turn' }
  /** Goes back to the model as data, and the model goes on. `spoken` is said first, piece by piece. */
  | { readonly kind: 'result'; readonly text: string; readonly spoken?: readonly string[] };

export interface ReplyListener {
  /** The first words or the first tool call: once a reply. */
  onFirstToken(): void;
  onClause(text: string): void;
}
