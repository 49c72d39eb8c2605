import type { ToolCall, ToolDescription } from './language-model.ts';

/** Work that tools do for the model in the middle of a reply: look-ups, requests, searches. */
export interface ToolRunner {
  readonly tools: readonly ToolDescription[];
  /** Whether it changes something outside: what was begun may then have been done, whatever becomes of the answer. */
  changes(call: ToolCall): boolean;
  /** What the caller hears while it runs; nothing when undefined. */
  meanwhile(call: ToolCall): string | undefined;
  /**
   * Within the tool's own time-out. Never throws but the signal's reason: a failure is a result. What changes something outside is finished
   * once it was begun, aborted or not, and gives its result.
   */
  run(call: ToolCall, signal: AbortSignal): Promise<ToolResult>;
}

export interface ToolResult {
  readonly outcome: 'done' | 'failed' | 'refused';
  /** For the model, bounded: data, never instructions. */
  readonly text: string;
  /** Said to the caller as it is, piece by piece, before the model goes on. */
  readonly spoken?: readonly string[];
  /** Where what was found stands. */
  readonly sources?: readonly string[];
}
