import { clauseCutter } from '#core/conversation/clauses';
import { hasWords } from '#core/conversation/words';
import { fencedData } from '#core/conversation/fenced-data';
import { clip } from '#core/plain-text';
import { PortError } from '#core/ports/error';
import type { ModelMessage, ModelRequest, ToolCall } from '#core/ports/language-model';
import { untilAborted } from '#core/until-aborted';
import type { ReplyListener, ReplyWork, ToolOutcome } from './reply-work.ts';

/** The caller is waiting: in the last round the model has no tools, so that it has to speak. */
const ROUNDS_MAX = 5;
/** More at once is no plan but a fault. */
const CALLS_PER_ROUND_MAX = 8;
/** Of a call as it is shown to the model again. */
const ARGUMENTS_MAX_CHARS = 10_000;
const NAME_MAX_CHARS = 64;

/**
 * Lets the model write one reply, passes it on clause by clause, and carries out the tools it calls; their results go back to it until it has
 * said what it wants to say. Resolves when it is written. Throws `PortError` (`content_filter`, `empty_reply`, `too_many_rounds`, or the model's
 * own), and the signal's reason when aborted.
 */
export async function writeReply(work: ReplyWork, listener: ReplyListener, signal: AbortSignal): Promise<void> {
  const reply = new Reply(work, listener, signal);
  for (let round = 1; round < ROUNDS_MAX; round += 1) {
    if ((await reply.round()) === 'written') return;
  }
  await reply.lastRound();
}

class Reply {
  readonly #work: ReplyWork;
  readonly #listener: ReplyListener;
  readonly #signal: AbortSignal;
  /** What this reply has said and done so far, as the model is shown it. */
  readonly #exchange: ModelMessage[] = [];
  /** By name and arguments: what is asked for twice is done once. */
  readonly #acts = new Map<string, Promise<ToolOutcome>>();
  #hasBegun = false;
  #hasSpoken = false;
  #ownChars = 0;

  constructor(work: ReplyWork, listener: ReplyListener, signal: AbortSignal) {
    this.#work = work;
    this.#listener = listener;
    this.#signal = signal;
  }

  async round(): Promise<'written' | 'goes-on'> {
    const { said, calls } = await this.#read(this.#work.request());
    if (calls.length === 0) {
      this.#expectSpoken();
      return 'written';
    }
    const meanwhile = said === '' ? this.#fillIn(calls) : undefined;
    const outcomes = await this.#actOn(calls);
    this.#signal.throwIfAborted();
    for (const outcome of outcomes) {
      if (outcome.kind === 'result') for (const piece of outcome.spoken ?? []) this.#say(piece);
    }
    if (outcomes.some(({ kind }) => kind === 'turn')) return 'written';
    this.#exchange.push(
      { role: 'assistant', text: meanwhile ?? said, toolCalls: calls.map(bounded) },
      ...calls.map((call, index) => resultMessage(call, outcomes[index])),
    );
    return 'goes-on';
  }

  /** Carries nothing out: nobody would hear what came of it. */
  async lastRound(): Promise<void> {
    const { calls } = await this.#read({ ...this.#work.request(), tools: [] });
    if (calls.length > 0) {
      throw new PortError('language-model', 'called tools again and again', {
        retryable: false,
        code: 'too_many_rounds',
      });
    }
    this.#expectSpoken();
  }

  #expectSpoken(): void {
    if (this.#hasSpoken) return;
    throw new PortError('language-model', 'the reply was empty', {
      // What a tool did would be done again.
      retryable: this.#acts.size === 0,
      code: 'empty_reply',
    });
  }

  /** One stream of the model: its words are passed on as they come, its calls are kept for its end. */
  async #read(request: ModelRequest): Promise<{ readonly said: string; readonly calls: readonly ToolCall[] }> {
    const { maxChars, abbreviations } = this.#work.bounds();
    const cutter = clauseCutter(abbreviations);
    const calls: ToolCall[] = [];
    const said: string[] = [];
    const pass = (clause: string): void => {
      if (this.#ownChars >= maxChars) return;
      this.#ownChars += clause.length;
      said.push(clause);
      this.#say(clause);
    };
    const whole = { ...request, messages: [...request.messages, ...this.#exchange] };
    for await (const chunk of this.#work.model.reply(whole, this.#signal)) {
      if (chunk.type === 'end') {
        if (chunk.reason !== 'filtered') continue;
        throw new PortError('language-model', 'the reply was filtered', { retryable: false, code: 'content_filter' });
      }
      this.#begin();
      if (chunk.type === 'tool-call') calls.push(chunk.call);
      else for (const clause of cutter.push(chunk.text)) pass(clause);
    }
    this.#signal.throwIfAborted();
    const rest = cutter.flush();
    if (rest !== undefined) pass(rest);
    return { said: said.join(' '), calls };
  }

  #begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#listener.onFirstToken();
  }

  #say(text: string): void {
    // A picture or a rule is nothing that can be heard.
    this.#hasSpoken ||= hasWords(text);
    this.#listener.onClause(text);
  }

  /** One sentence for all tools of a round. */
  #fillIn(calls: readonly ToolCall[]): string | undefined {
    const isNew = (call: ToolCall): boolean => !this.#acts.has(keyOf(call));
    const text = calls
      .filter(isNew)
      .map((call) => this.#work.meanwhile(call))
      .find((words) => words !== undefined);
    // It is no answer: a reply of nothing else is still an empty one.
    if (text !== undefined) this.#listener.onClause(text);
    return text;
  }

  async #actOn(calls: readonly ToolCall[]): Promise<readonly ToolOutcome[]> {
    if (this.#work.mayAct !== undefined) await untilAborted(this.#work.mayAct, this.#signal);
    this.#signal.throwIfAborted();
    const tooMany: ToolOutcome = { kind: 'result', text: 'Too many calls at once.' };
    return Promise.all(calls.map(async (call, index) => (index < CALLS_PER_ROUND_MAX ? this.#actOnce(call) : tooMany)));
  }

  #actOnce(call: ToolCall): Promise<ToolOutcome> {
    const key = keyOf(call);
    const before = this.#acts.get(key);
    // What it said was heard already.
    if (before !== undefined) return before.then(withoutSpoken);
    const outcome = this.#work.act(call, this.#signal);
    this.#acts.set(key, outcome);
    return outcome;
  }
}

function keyOf({ name, argumentsJson }: ToolCall): string {
  return JSON.stringify([name, argumentsJson]);
}

function withoutSpoken(outcome: ToolOutcome): ToolOutcome {
  return outcome.kind === 'result' ? { kind: 'result', text: outcome.text } : outcome;
}

/** As the service takes it back: it refuses a request in which an earlier call has a name that no tool may have. */
function bounded({ id, name, argumentsJson }: ToolCall): ToolCall {
  return {
    id,
    name: name.slice(0, NAME_MAX_CHARS).replace(/[^A-Za-z0-9_-]/g, '_') || 'none',
    argumentsJson: clip(argumentsJson, ARGUMENTS_MAX_CHARS),
  };
}

function resultMessage({ id, name }: ToolCall, outcome: ToolOutcome | undefined): ModelMessage {
  if (outcome?.kind !== 'result')
    return { role: 'tool', toolCallId: id, text: fencedData({ tool: clip(name, NAME_MAX_CHARS) }) };
  const { text, spoken } = outcome;
  return {
    role: 'tool',
    toolCallId: id,
    text: fencedData({
      tool: clip(name, NAME_MAX_CHARS),
      result: text,
      ...(spoken === undefined ? {} : { said_to_caller: spoken.join(' ') }),
    }),
  };
}
