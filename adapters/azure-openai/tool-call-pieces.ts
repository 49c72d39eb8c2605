import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { ToolCall } from '#core/ports/language-model';

type Piece = ChatCompletionChunk.Choice.Delta.ToolCall;

/** Joins tool calls that arrive in pieces: the id and name once, the arguments a few characters at a time, several calls interleaved by index. */
export class ToolCallPieces {
  readonly #calls = new Map<number, { id: string; name: string; argumentsJson: string }>();

  get isEmpty(): boolean {
    return this.#calls.size === 0;
  }

  add(pieces: readonly Piece[]): void {
    for (const piece of pieces) {
      const call = this.#calls.get(piece.index) ?? { id: '', name: '', argumentsJson: '' };
      call.id ||= piece.id ?? '';
      call.name ||= piece.function?.name ?? '';
      call.argumentsJson += piece.function?.arguments ?? '';
      this.#calls.set(piece.index, call);
    }
  }

  joined(): ToolCall[] {
    return [...this.#calls.entries()].sort(([left], [right]) => left - right).map(([, call]) => call);
  }
}
