import type { ScriptedAnswer } from '../scripts/rule.ts';

/** An answer in the pieces a model would write it in. */
export interface Answer {
  readonly words: readonly string[];
  readonly tool: { readonly name: string; readonly argumentPieces: readonly string[] } | undefined;
  readonly finishReason: 'stop' | 'length' | 'tool_calls';
  readonly completionTokens: number;
}

export const NOT_UNDERSTOOD = 'I did not understand that: no script has an answer to it.';

/** Models write JSON some characters at a time; pieces that never end at a token's end keep readers honest. */
const ARGUMENT_PIECE_CHARACTERS = 7;

/** A word counts as one token, near enough for a limit. */
export function answerFrom(scripted: Exclude<ScriptedAnswer, { kind: 'error' }>, maxTokens: number): Answer {
  const all = scripted.text.match(/\s*\S+\s*$|\s*\S+/g) ?? [];
  const words = all.slice(0, maxTokens);
  const cut = words.length < all.length;
  const tool = scripted.kind === 'tool' && !cut ? scripted : undefined;
  return {
    words,
    tool: tool && { name: tool.name, argumentPieces: piecesOf(tool.argumentsJson) },
    finishReason: cut ? 'length' : tool === undefined ? 'stop' : 'tool_calls',
    completionTokens: words.length + (tool === undefined ? 0 : piecesOf(tool.argumentsJson).length),
  };
}

function piecesOf(text: string): readonly string[] {
  const count = Math.ceil(text.length / ARGUMENT_PIECE_CHARACTERS);
  return Array.from({ length: count }, (_, i) =>
    text.slice(i * ARGUMENT_PIECE_CHARACTERS, (i + 1) * ARGUMENT_PIECE_CHARACTERS),
  );
}
