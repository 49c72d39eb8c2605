import type { Log } from '#adapters/logging/logger';
import type { ToolUse } from '#core/conversation/input';
import { answerAgainRequest, replyRequest, type AnswerAgain } from '#core/conversation/model-request';
import type { Said } from '#core/conversation/state';
import { readToolCall } from '#core/conversation/tools';
import type { ReplyId } from '#core/ids';
import type { Clock } from '#core/ports/clock';
import type { LanguageModel, ModelRequest, ToolCall } from '#core/ports/language-model';
import type { ToolResult, ToolRunner } from '#core/ports/tool-runner';
import { clip, plainText } from '#core/plain-text';
import { unreachable } from '#core/unreachable';
import { untilAborted } from '#core/until-aborted';
import type { CallRecord } from './call-record.ts';
import { ModelReply } from './model-reply.ts';
import type { ToolOutcome } from './reply-work.ts';

/** Of a tool's name as the model wrote it, for the log. */
const NAME_MAX_CHARS = 60;

export interface RepliesOptions {
  readonly record: CallRecord;
  readonly services: { readonly model: LanguageModel; readonly clock: Clock; readonly log: Log };
  /** Those of the agent that speaks, whenever they are asked for. */
  readonly tools: ToolRunner;
  readonly lastVoiceMs: () => number | undefined;
  readonly understoodMs: () => number | undefined;
  /** Resolves when all that is recorded so far is written, or when that takes too long. Never rejects. */
  readonly whenWritten: () => Promise<void>;
  readonly onClause: (reply: ReplyId, text: string) => void;
  readonly onWritten: (reply: ReplyId) => void;
  readonly onFailed: (reply: ReplyId, error: unknown) => void;
  /** Whether the caller can be asked to prove who they are. */
  readonly mayAskForProof: () => boolean;
  readonly onTurnTool: (reply: ReplyId, tool: ToolUse) => void;
  /** Whether the agent speaks it. */
  readonly onLanguage: (language: string) => boolean;
  /** Whether there is such an agent. */
  readonly onAgent: (name: string) => boolean;
}

/** How long the stages of an answer took, and when; undefined as long as it is not asked for. */
export type ReplyTimes = Pick<ModelReply, 'latency' | 'marks'>;

interface ToolTurn {
  readonly name: string;
  readonly text: string;
  readonly sources: readonly string[];
}

/** The model's replies of one call: the one that answers, or the one that is written ahead. Never two. */
export class Replies {
  readonly #options: RepliesOptions;
  #current: ModelReply | undefined;
  /** Tools at work, by name and arguments: some go on when their reply is stopped. */
  readonly #underWay = new Map<string, Promise<ToolResult>>();
  /** What tools gave before anything of the reply was heard: recorded after the caller's words that it answers. */
  #unrecorded: ToolTurn[] | undefined;

  constructor(options: RepliesOptions) {
    this.#options = options;
  }

  think(reply: ReplyId, said: Said): void {
    this.thinkAhead(reply, said);
    this.#current?.release();
  }

  thinkAhead(reply: ReplyId, said: Said): void {
    if (this.#current?.reply === reply) return;
    const { record, tools } = this.#options;
    // The turns before this reply: what it has said and done itself is added by whoever writes it.
    const { turns } = record.facts;
    this.#begin(reply, () => replyRequest({ ...record.facts, turns }, said, tools.tools));
  }

  /** Answers the caller's last words in the record. */
  thinkAgain(reply: ReplyId, why: AnswerAgain): void {
    const { record, tools } = this.#options;
    const { turns } = record.facts;
    this.#begin(reply, () => answerAgainRequest({ ...record.facts, turns }, tools.tools, why));
    this.#current?.release();
  }

  #begin(reply: ReplyId, request: () => ModelRequest): void {
    this.#current?.stop();
    this.#unrecorded = [];
    const { record, services, lastVoiceMs, understoodMs, onClause, onWritten, onFailed } = this.#options;
    this.#current = new ModelReply({
      reply,
      clock: services.clock,
      work: {
        model: services.model,
        request,
        act: (call, signal) => this.#act(reply, call, signal),
        meanwhile: (call) => this.#options.tools.meanwhile(call),
        bounds: () => {
          const { agent, locale } = record.facts;
          return { maxChars: agent.maxReplyChars, abbreviations: locale.pack.abbreviations };
        },
      },
      lastVoiceMs,
      understoodMs,
      onClause,
      onWritten,
      onFailed,
    });
  }

  audible(reply: ReplyId): void {
    if (this.#current?.reply === reply) this.#current.audible();
  }

  /** From now on the caller's words are in the record: what tools gave can follow them. */
  recordTools(reply: ReplyId): void {
    if (this.#current?.reply !== reply) return;
    const tools = this.#unrecorded ?? [];
    this.#unrecorded = undefined;
    for (const { name, text, sources } of tools) this.#options.record.toolGave(name, text, sources);
  }

  timesOf(reply: ReplyId): ReplyTimes | undefined {
    return this.#current?.reply === reply ? this.#current : undefined;
  }

  stop(reply: ReplyId): void {
    if (this.#current?.reply !== reply) return;
    // What a tool did is done, heard or not.
    this.recordTools(reply);
    this.#current.stop();
    this.#current = undefined;
  }

  close(): void {
    if (this.#current !== undefined) this.stop(this.#current.reply);
  }

  async #act(reply: ReplyId, call: ToolCall, signal: AbortSignal): Promise<ToolOutcome> {
    const { record, services, onTurnTool, onLanguage, onAgent } = this.#options;
    const reading = readToolCall(call, record.facts.agent);
    services.log.info({ ...record.ids, name: plainText(clip(call.name, NAME_MAX_CHARS)) }, 'tool called');
    switch (reading.kind) {
      case 'turn':
        onTurnTool(reply, reading.tool);
        return { kind: 'turn' };
      case 'change-language':
        return told(onLanguage(reading.language) ? 'From now on you speak this language.' : 'It is not spoken here.');
      case 'hand-to-agent':
        if (!onAgent(reading.agent)) return told('There is no such agent.');
        // For the replies that follow, and for the person: this one is shown its own calls anyway.
        this.#note(reply, { name: call.name, text: `${reading.agent}: ${reading.reason}`, sources: [] });
        return told('You are that agent now. Go on with the caller.');
      case 'wrong':
        return told(reading.problem);
      case 'work':
        if (!this.#needsProof(call)) return this.#work(reply, call, signal);
        onTurnTool(reply, { kind: 'prove-identity' });
        return { kind: 'turn' };
      default:
        return unreachable(reading);
    }
  }

  /** The caller can be asked for it: the call is made again when they have proven who they are. */
  #needsProof({ name }: ToolCall): boolean {
    const { record, mayAskForProof } = this.#options;
    const tool = record.facts.agent.tools.find((declared) => declared.name === name);
    return tool?.requires === 'proven' && mayAskForProof();
  }

  async #work(reply: ReplyId, call: ToolCall, signal: AbortSignal): Promise<ToolOutcome> {
    const key = `${call.name} ${call.argumentsJson}`;
    const before = this.#underWay.get(key);
    // What an interrupted reply began is not begun again by the one that takes its place.
    const joined = before && (await untilAborted(before, signal).catch(() => undefined));
    signal.throwIfAborted();
    const { outcome, text, spoken, sources = [] } = joined ?? (await this.#run(key, call, signal));
    if (outcome !== 'refused' && joined === undefined) this.#note(reply, { name: call.name, text, sources });
    return { kind: 'result', text, ...(spoken === undefined ? {} : { spoken }) };
  }

  async #run(key: string, call: ToolCall, signal: AbortSignal): Promise<ToolResult> {
    const { tools } = this.#options;
    const running = tools.changes(call) ? this.#change(call, signal) : tools.run(call, signal);
    this.#underWay.set(key, running);
    try {
      return await running;
    } finally {
      if (this.#underWay.get(key) === running) this.#underWay.delete(key);
    }
  }

  /** Written down before it is sent: should this process die meanwhile, the session that goes on knows that it may have been done. */
  async #change(call: ToolCall, signal: AbortSignal): Promise<ToolResult> {
    const { record, tools, whenWritten } = this.#options;
    record.toolBegins(call.name);
    try {
      await whenWritten();
      signal.throwIfAborted();
      const result = await tools.run(call, signal);
      if (result.outcome === 'refused') record.toolEnds(call.name);
      return result;
    } catch (error) {
      record.toolEnds(call.name);
      throw error;
    }
  }

  #note(reply: ReplyId, tool: ToolTurn): void {
    if (this.#current?.reply === reply && this.#unrecorded !== undefined) this.#unrecorded.push(tool);
    else this.#options.record.toolGave(tool.name, tool.text, tool.sources);
  }
}

function told(text: string): ToolOutcome {
  return { kind: 'result', text };
}
