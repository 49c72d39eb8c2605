import type { Log } from '#adapters/logging/logger';
import type { TurnEffect } from '#core/conversation/effect';
import type { TurnInput } from '#core/conversation/input';
import { replyFailure, type ReplyFailure } from '#core/conversation/reply-failure';
import type { ReplyId } from '#core/ids';
import type { Clock } from '#core/ports/clock';
import type { LanguageModel } from '#core/ports/language-model';
import type { ToolRunner } from '#core/ports/tool-runner';
import { unreachable } from '#core/unreachable';
import type { AgentOnCall } from './agent-on-call.ts';
import type { CallRecord } from './call-record.ts';
import type { CallStory } from './call-story.ts';
import { Replies, type ReplyTimes } from './replies.ts';
import type { Speaker, SpeakerEvents } from './speaker.ts';

/** Clauses the agent has said that may still come back as an echo. */
const LAST_CLAUSES = 3;

/** What the turn machine decides of one reply. */
type ReplyEffect = Exclude<Extract<TurnEffect, { readonly reply: ReplyId }>, { type: 'check-proof' }>;

/** What a conversation has of the call's audio and of those who look into calls. */
export interface SpokenRepliesSurroundings {
  /** Speaks with these events; made by whoever owns the socket. */
  readonly speaker: (events: SpeakerEvents) => Speaker;
  /** Takes back what the front has queued. */
  readonly stopAudio: () => void;
  /** Monotonic milliseconds: when the caller was last heard. */
  readonly lastVoiceMs: () => number | undefined;
  /** And since when they speak, or spoke last. */
  readonly voiceBeganMs: () => number | undefined;
  /** Resolves when what was recorded is written, or when that takes too long. Never rejects. */
  readonly whenWritten: () => Promise<void>;
  /** Is told what happens, for those who look into calls. */
  readonly story: CallStory;
}

export interface SpokenRepliesOptions extends SpokenRepliesSurroundings {
  readonly record: CallRecord;
  readonly agent: AgentOnCall;
  readonly services: { readonly model: LanguageModel; readonly clock: Clock; readonly log: Log };
  readonly tools: ToolRunner;
  readonly mayAskForProof: () => boolean;
  /** Whether it is the caller's turn now: a reply that is stopped then was interrupted. One who hangs up, or an agent that fails, interrupts nobody. */
  readonly isCallersTurn: () => boolean;
  /** For the turn machine. */
  readonly onInput: (input: TurnInput) => void;
  /** A reply cannot be had or said; the turn machine is told after it. */
  readonly onWentWrong: (why: ReplyFailure, error: unknown) => void;
}

/** The agent's replies from the model's first word to the caller's ear: written, spoken, held, stopped; and what of them was heard is recorded. */
export class SpokenReplies {
  readonly #options: SpokenRepliesOptions;
  readonly #speaker: Speaker;
  readonly #replies: Replies;
  #lastClauses: readonly string[] = [];
  /** When the recogniser last gave words of the caller. */
  #understoodMs: number | undefined;
  /** How long the caller had spoken when the agent fell silent, while its reply is held. */
  #quietAfterMs: number | undefined;

  constructor(options: SpokenRepliesOptions) {
    const { record, agent, services, tools, onInput } = options;
    this.#options = options;
    this.#speaker = options.speaker({
      onAudible: (reply) => this.#audible(reply),
      onClause: (_reply, text) => this.#clauseAudible(text),
      onStalled: (reply) => onInput({ type: 'reply-stalled', reply }),
      onFinished: (reply, text) => {
        this.#told(text, false, this.#replies.timesOf(reply));
        onInput({ type: 'reply-finished', reply });
      },
      onFailed: (reply, error) => this.#failed(reply, error),
    });
    this.#replies = new Replies({
      record,
      services,
      tools,
      lastVoiceMs: options.lastVoiceMs,
      understoodMs: () => this.#understoodMs,
      whenWritten: options.whenWritten,
      onClause: (reply, text) => this.#say(reply, text),
      onWritten: (reply) => this.#speaker.complete(reply),
      onFailed: (reply, error) => this.#modelFailed(reply, error),
      mayAskForProof: options.mayAskForProof,
      onTurnTool: (reply, tool) => onInput({ type: 'tool-called', reply, tool }),
      onLanguage: (language) => agent.changeLanguage(language),
      onAgent: (name) => agent.handTo(name),
    });
  }

  get speaker(): Speaker {
    return this.#speaker;
  }

  /** What the agent has said lately: an echo of it may still be under way. */
  get lastWords(): string {
    return this.#lastClauses.join(' ');
  }

  /** The recogniser has words of the caller. */
  understood(): void {
    this.#understoodMs = this.#options.services.clock.monotonicMs();
  }

  /** Does what the turn machine decides of a reply. */
  run(effect: ReplyEffect): void {
    const { reply } = effect;
    switch (effect.type) {
      case 'say':
        this.#say(reply, effect.text);
        this.#speaker.complete(reply);
        return;
      case 'say-filler':
        // Words are there already and only their sound is late: a filler would come after them.
        if (this.#speaker.hasUnsaid(reply)) return;
        this.#speaker.say(reply, effect.text, this.#options.agent.locale, 'fixed');
        return;
      case 'think':
        this.#replies.think(reply, effect.said);
        return;
      case 'think-ahead':
        this.#replies.thinkAhead(reply, effect.said);
        return;
      case 'think-on':
        this.#replies.thinkAgain(reply, 'proof-asked');
        return;
      case 'think-again':
        this.#replies.thinkAgain(reply, 'line-lost');
        return;
      case 'hold-reply':
        this.#hold(reply);
        return;
      case 'resume-reply':
        this.#resume(reply);
        return;
      case 'stop-reply':
        this.#stop(reply);
        return;
      default:
        unreachable(effect);
    }
  }

  close(): void {
    this.#replies.close();
    this.#speaker.close();
  }

  #hold(reply: ReplyId): void {
    if (this.#speaker.hold(reply) !== 'audible') return;
    const { stopAudio, services, record } = this.#options;
    stopAudio();
    this.#quietAfterMs = this.#sinceVoiceBeganMs();
    services.log.debug({ ...record.ids, reply, stopAudioMs: this.#quietAfterMs }, 'reply held');
  }

  #resume(reply: ReplyId): void {
    this.#quietAfterMs = undefined;
    this.#options.story.interrupted('false');
    this.#speaker.resume(reply);
  }

  /** Ends a reply. What of it was heard is recorded. */
  #stop(reply: ReplyId): void {
    const { stopAudio, services, record, story, isCallersTurn } = this.#options;
    const times = this.#replies.timesOf(reply);
    this.#replies.stop(reply);
    const stopped = this.#speaker.stop(reply);
    if (stopped?.wasAudible !== true) return;
    stopAudio();
    this.#told(stopped.heard, true, times);
    const stopAudioMs = this.#quietAfterMs ?? this.#sinceVoiceBeganMs();
    this.#quietAfterMs = undefined;
    if (!isCallersTurn()) return;
    services.log.info({ ...record.ids, stopAudioMs }, 'interruption');
    story.interrupted('real');
  }

  #say(reply: ReplyId, text: string): void {
    const { agent } = this.#options;
    this.#speaker.say(reply, text, agent.locale, agent.kindOf(text));
  }

  /** The caller has heard this, and no more of it. */
  #told(text: string, interrupted: boolean, times: ReplyTimes | undefined): void {
    const { record, story } = this.#options;
    record.agentSaid(text, interrupted, times?.latency);
    story.agentSaid(record.facts.agent.name, interrupted, times?.marks);
  }

  #sinceVoiceBeganMs(): number | undefined {
    const beganMs = this.#options.voiceBeganMs();
    return beganMs === undefined ? undefined : Math.round(this.#options.services.clock.monotonicMs() - beganMs);
  }

  #clauseAudible(text: string): void {
    const { record, services } = this.#options;
    record.agentSays(text);
    this.#lastClauses = [...this.#lastClauses.slice(1 - LAST_CLAUSES), text];
    services.log.info({ ...record.ids, text }, 'agent speaking');
  }

  #audible(reply: ReplyId): void {
    this.#replies.audible(reply);
    // First: what the caller said comes before the answer to it.
    this.#options.onInput({ type: 'reply-audible', reply });
    this.#replies.recordTools(reply);
  }

  /** What was said well is heard to its end; what a filter stopped is not. */
  #modelFailed(reply: ReplyId, error: unknown): void {
    if (replyFailure(error) === 'filtered') this.#failed(reply, error);
    else this.#speaker.fail(reply, error);
  }

  #failed(reply: ReplyId, error: unknown): void {
    const { record, services, onInput, onWentWrong } = this.#options;
    const why = replyFailure(error);
    services.log.error({ ...record.ids, why, err: error }, 'reply failed');
    onWentWrong(why, error);
    this.#stop(reply);
    onInput({ type: 'reply-failed', reply, why });
  }
}
