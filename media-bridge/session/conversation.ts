import type { Log } from '#adapters/logging/logger';
import type { Agent, AgentCatalogue } from '#core/agent/agent';
import type { CallState } from '#core/call/state';
import type { TurnEffect } from '#core/conversation/effect';
import type { TurnInput } from '#core/conversation/input';
import type { ConversationFacts } from '#core/conversation/model-request';
import { replyFailure } from '#core/conversation/reply-failure';
import type { Resumption } from '#core/conversation/resume';
import type { HandoverRequest } from '#core/conversation/hand-over-request';
import { firstTurn, type TurnState } from '#core/conversation/state';
import { isAtRest } from '#core/conversation/at-rest';
import { nextTurn } from '#core/conversation/turn';
import { stageOf, unrecordedOf } from '#core/conversation/unfinished';
import { customerOf } from '#core/identity/caller-identity';
import type { CallConnectionId, ReplyId } from '#core/ids';
import type { Locale } from '#core/language/locale';
import type { Clock } from '#core/ports/clock';
import type { FoundCustomer } from '#core/ports/customer-directory';
import type { IdentityProof } from '#core/ports/identity-proof';
import type { Incident, SessionRecord } from '#core/ports/session-store';
import type { ToolRunner } from '#core/ports/tool-runner';
import { unreachable } from '#core/unreachable';
import { AgentOnCall } from './agent-on-call.ts';
import { CallRecord } from './call-record.ts';
import { Errands, type ErrandServices } from './errands.ts';
import type { HandoverServices } from './hand-over.ts';
import type { CallStory } from './call-story.ts';
import { checkProof } from './proof-check.ts';
import { Replies } from './replies.ts';
import type { Speaker, SpeakerEvents } from './speaker.ts';
import type { CallOfTools } from './tool-runner.ts';
import { Transfers } from './transfers.ts';
import { TurnTimers } from './turn-timers.ts';

/** Clauses the agent has said that may still come back as an echo. */
const LAST_CLAUSES = 3;

export interface ConversationOptions {
  readonly facts: Omit<ConversationFacts, 'identity' | 'turns'>;
  readonly agent: Agent;
  readonly earlier: SessionRecord | undefined;
  readonly connectionId: CallConnectionId;
  readonly services: HandoverServices &
    ErrandServices & {
      readonly agents: AgentCatalogue;
      readonly identityProof: IdentityProof | undefined;
      readonly clock: Clock;
      readonly log: Log;
    };
  /** What works for this call: what agents declare, and what all of them can do. */
  readonly tools: (call: CallOfTools) => ToolRunner;
  /** Speaks with these events; made by whoever owns the socket. */
  readonly speaker: (events: SpeakerEvents) => Speaker;
  /** Takes back what the front has queued. */
  readonly stopAudio: () => void;
  /** Monotonic milliseconds: when the caller was last heard. */
  readonly lastVoiceMs: () => number | undefined;
  /** And since when they speak, or spoke last. */
  readonly voiceBeganMs: () => number | undefined;
  /** Is told what happens, for those who look into calls. */
  readonly story: CallStory;
  /** Another agent or another language from now on. */
  readonly onLocale: (locale: Locale, phrases: readonly string[]) => void;
  /** What `sessionRecord` gives has changed. */
  readonly onChange: () => void;
  /** Resolves when what was recorded is written, or when that takes too long. Never rejects. */
  readonly whenWritten: () => Promise<void>;
  readonly onAwaitingTransfer: (awaiting: boolean) => void;
  readonly onHangUp: () => void;
  /** Something went wrong that nothing here expects. */
  readonly onBroken: (error: unknown) => void;
}

/** Runs one conversation: feeds what happens to the turn machine, and does what it decides. One input after the other, whoever sends it. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #speaker: Speaker;
  readonly #timers = new TurnTimers((timer) => this.dispatch({ type: 'timer-fired', timer }));
  readonly #inbox: TurnInput[] = [];
  readonly #ended = new AbortController();
  readonly #record: CallRecord;
  readonly #agent: AgentOnCall;
  readonly #replies: Replies;
  readonly #transfers: Transfers;
  readonly #errands: Errands;
  #isRunning = false;
  #state: TurnState;
  #lastClauses: readonly string[] = [];
  /** When the recogniser last gave words of the caller. */
  #understoodMs: number | undefined;
  /** How long the caller had spoken when the agent fell silent, while its reply is held. */
  #quietAfterMs: number | undefined;

  constructor(options: ConversationOptions) {
    const { services } = options;
    this.#options = options;
    // Whoever has to repeat a code has to, though the media session changes.
    this.#state = { ...firstTurn, gate: options.earlier?.unfinished.gate ?? firstTurn.gate };
    this.#record = new CallRecord({ ...options, ...services });
    this.#agent = new AgentOnCall({ ...options, record: this.#record });
    this.#speaker = options.speaker({
      onAudible: (reply) => this.#audible(reply),
      onClause: (_reply, text) => this.#clauseAudible(text),
      onStalled: (reply) => this.dispatch({ type: 'reply-stalled', reply }),
      onFinished: (reply, text) => {
        this.#record.agentSaid(text, false, this.#replies.latencyOf(reply));
        options.story.agentSaid(this.#record.facts.agent.name, false, this.#replies.marksOf(reply));
        this.dispatch({ type: 'reply-finished', reply });
      },
      onFailed: (reply, error) => this.#replyFailed(reply, error),
    });
    this.#replies = new Replies({
      record: this.#record,
      services,
      tools: options.story.toolsTold(
        options.tools({
          facts: () => this.#record.facts,
          onCustomer: (customer) => this.#record.claimed(customer, 'words'),
        }),
      ),
      lastVoiceMs: options.lastVoiceMs,
      understoodMs: () => this.#understoodMs,
      whenWritten: () => {
        this.#record.tellNow();
        return options.whenWritten();
      },
      onClause: (reply, text) => this.#speaker.say(reply, text, this.locale, this.#agent.kindOf(text)),
      onWritten: (reply) => this.#speaker.complete(reply),
      onFailed: (reply, error) => this.#modelFailed(reply, error),
      mayAskForProof: () => this.#mayAskForProof(),
      onTurnTool: (reply, tool) => this.dispatch({ type: 'tool-called', reply, tool }),
      onLanguage: (language) => this.#agent.changeLanguage(language),
      onAgent: (name) => this.#agent.handTo(name),
    });
    this.#transfers = new Transfers({
      record: this.#record,
      connectionId: options.connectionId,
      services,
      signal: this.#ended.signal,
      onAwaiting: (awaiting) => {
        options.onAwaitingTransfer(awaiting);
        this.#noteWhere();
      },
      onOutcome: (outcome) => {
        options.story.transferOver(outcome);
        this.dispatch(outcome);
      },
    });
    this.#errands = new Errands({
      record: this.#record,
      services,
      signal: this.#ended.signal,
      onDone: (result) => this.dispatch(result),
    });
  }

  get speaker(): Speaker {
    return this.#speaker;
  }

  /** The language spoken now. */
  get locale(): Locale {
    return this.#agent.locale;
  }

  /** Words the recogniser should expect from now on. */
  get phrases(): readonly string[] {
    return this.#agent.phrases;
  }

  get interruptAfterMs(): number {
    return this.#agent.settings.turnTaking.interruptAfterMs;
  }

  /** What the agent has said lately: an echo of it may still be under way. */
  get lastWords(): string {
    return this.#lastClauses.join(' ');
  }

  /** Header or number say that this customer is calling. */
  customerFound({ customer, by }: FoundCustomer): void {
    this.#record.claimed(customer, by);
    // A header alone spares nobody the code: whom a trusted trunk brings is not asked for one.
    if (by === 'number') this.dispatch({ type: 'caller-known' });
  }

  /** What is said and keyed now is for nobody's eyes. */
  get isSecret(): boolean {
    const { kind } = this.#state.gate;
    return kind === 'proof' || kind === 'passed';
  }

  /** Goes on in this language of the agent; says whether it has it. `language` is BCP 47. What the recogniser listens for is its owner's to decide. */
  speak(language: string): boolean {
    return this.#agent.speak(language);
  }

  /** See `isAtRest`. */
  get isAtRest(): boolean {
    return isAtRest(this.#state);
  }

  /** All that is known of the call by now, as others may know it. */
  get sessionRecord(): SessionRecord {
    return this.#record.sessionRecord;
  }

  /** A tool is changing something outside. */
  get isChanging(): boolean {
    return this.#record.isChanging;
  }

  /** Goes on where another media session of this call was lost. */
  resume(resumption: Resumption): void {
    if (resumption.transfer !== undefined) this.#transfers.await(resumption.transfer);
    this.dispatch({ type: 'media-back', resumption });
  }

  dispatch(input: TurnInput): void {
    this.#inbox.push(input);
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) this.#step(next);
    } catch (error) {
      this.#inbox.length = 0;
      // Whoever ends the session now has its end recorded.
      this.#isRunning = false;
      this.#options.onBroken(error);
    } finally {
      this.#isRunning = false;
    }
  }

  /** What the control plane says of the call. */
  rowRead(state: CallState): void {
    this.#transfers.rowRead(state);
  }

  end(): void {
    this.#ended.abort(new Error('the conversation has ended'));
    this.dispatch({ type: 'caller-gone' });
    this.#timers.close();
    this.#replies.close();
    this.#speaker.close();
  }

  #step(input: TurnInput): void {
    const before = this.#state.phase;
    const isWords = input.type === 'final' || input.type === 'partial';
    if (isWords && input.from === 'caller') this.#understoodMs = this.#options.services.clock.monotonicMs();
    const wasInTrouble = troubleOf(this.#state) !== undefined;
    const [state, ...effects] = nextTurn(this.#state, input, this.#agent.settings);
    this.#state = state;
    if (input.type === 'hearing-failed') this.#wentWrong('deaf', undefined);
    if (before === 'handing-over' && state.phase !== 'handing-over') this.#transfers.leave();
    const begins = state.phase === 'handing-over' && before !== 'handing-over';
    for (const effect of effects) this.#run(effect);
    // While the announcement is spoken, and after the caller's last words were written down.
    if (begins && state.step.kind === 'choosing') this.#transfers.prepare(state.request);
    const trouble = wasInTrouble ? undefined : troubleOf(state);
    if (trouble !== undefined) this.#transfers.prepare(trouble);
    if (input.type === 'tool-called' && input.tool.kind === 'transfer-to-person')
      this.#errands.lookAhead(input.tool.request);
    this.#noteWhere();
  }

  /** Whoever goes on with this call goes on from before its end here. */
  #noteWhere(): void {
    if (this.#ended.signal.aborted) return;
    const state = this.#state;
    const transfer = state.phase === 'handing-over' ? this.#transfers.underWay : undefined;
    this.#record.isAt({ stage: stageOf(state), said: unrecordedOf(state), transfer, gate: state.gate });
  }

  #run(effect: TurnEffect): void {
    switch (effect.type) {
      case 'say':
        this.#speaker.say(effect.reply, effect.text, this.locale, this.#agent.kindOf(effect.text));
        this.#speaker.complete(effect.reply);
        return;
      case 'say-filler':
        // Words are there already and only their sound is late: a filler would come after them.
        if (this.#speaker.hasUnsaid(effect.reply)) return;
        this.#speaker.say(effect.reply, effect.text, this.locale, 'fixed');
        return;
      case 'think':
        this.#replies.think(effect.reply, effect.said);
        return;
      case 'think-on':
        this.#replies.thinkAgain(effect.reply, 'proof-asked');
        return;
      case 'check-proof':
        void this.#checkProof(effect);
        return;
      case 'think-again':
        this.#replies.thinkAgain(effect.reply, 'line-lost');
        return;
      case 'think-ahead':
        this.#replies.thinkAhead(effect.reply, effect.said);
        return;
      case 'hold-reply':
        this.#hold(effect.reply);
        return;
      case 'resume-reply':
        this.#quietAfterMs = undefined;
        this.#options.story.interrupted('false');
        this.#speaker.resume(effect.reply);
        return;
      case 'stop-reply':
        this.#stop(effect.reply);
        return;
      case 'record-caller':
        this.#record.callerSaid(effect.said);
        return;
      case 'start-timer':
        this.#timers.start(effect.timer, effect.ms);
        return;
      case 'stop-timer':
        this.#timers.stop(effect.timer);
        return;
      case 'choose-queues':
        this.#errands.chooseQueues(effect.errand, effect.request);
        return;
      case 'record-call-back':
        void this.#errands.recordCallBack(effect.errand, effect);
        return;
      case 'transfer':
        this.#options.story.transferAsked(effect.attempt);
        void this.#transfers.ask(effect.request, effect.attempt);
        return;
      case 'hang-up':
        this.#options.onHangUp();
        return;
      default:
        unreachable(effect);
    }
  }

  /** Somebody is there to compare with, and has not been given up. */
  #mayAskForProof(): boolean {
    const { gate } = this.#state;
    const isPossible = gate.kind === 'open' && gate.proof === 'possible';
    return isPossible && this.#agent.settings.identity !== undefined && this.#record.facts.identity.kind === 'claimed';
  }

  async #checkProof({ reply, proof, digits }: Extract<TurnEffect, { type: 'check-proof' }>): Promise<void> {
    const { identityProof, log } = this.#options.services;
    const { offer, identity } = this.#record.facts;
    const customer = customerOf(identity);
    const asked = { callId: offer.callId, customer, kind: proof, digits };
    const result = await checkProof(identityProof, asked, log, this.#ended.signal);
    if (customer !== undefined && result !== 'unknown')
      this.#record.checked({ customerId: customer.id, kind: proof, verdict: result });
    this.dispatch({ type: 'proof-checked', reply, result });
  }

  #hold(reply: ReplyId): void {
    if (this.#speaker.hold(reply) !== 'audible') return;
    this.#options.stopAudio();
    this.#quietAfterMs = this.#sinceVoiceBeganMs();
    this.#options.services.log.debug({ ...this.#record.ids, reply, stopAudioMs: this.#quietAfterMs }, 'reply held');
  }

  /** Ends a reply. What of it was heard is recorded. */
  #stop(reply: ReplyId): void {
    const latency = this.#replies.latencyOf(reply);
    const marks = this.#replies.marksOf(reply);
    this.#replies.stop(reply);
    const stopped = this.#speaker.stop(reply);
    if (stopped?.wasAudible !== true) return;
    this.#options.stopAudio();
    this.#record.agentSaid(stopped.heard, true, latency);
    this.#options.story.agentSaid(this.#record.facts.agent.name, true, marks);
    // A caller who hangs up, or an agent that fails, interrupts nobody.
    const bySpeaking = this.#state.phase === 'caller' || this.#state.phase === 'handing-over';
    const stopAudioMs = this.#quietAfterMs ?? this.#sinceVoiceBeganMs();
    this.#quietAfterMs = undefined;
    if (!bySpeaking) return;
    this.#options.services.log.info({ ...this.#record.ids, stopAudioMs }, 'interruption');
    this.#options.story.interrupted('real');
  }

  #sinceVoiceBeganMs(): number | undefined {
    const beganMs = this.#options.voiceBeganMs();
    return beganMs === undefined ? undefined : Math.round(this.#options.services.clock.monotonicMs() - beganMs);
  }

  #clauseAudible(text: string): void {
    this.#record.agentSays(text);
    this.#lastClauses = [...this.#lastClauses.slice(1 - LAST_CLAUSES), text];
    this.#options.services.log.info({ ...this.#record.ids, text }, 'agent speaking');
  }

  #audible(reply: ReplyId): void {
    this.#replies.audible(reply);
    // First: what the caller said comes before the answer to it.
    this.dispatch({ type: 'reply-audible', reply });
    this.#replies.recordTools(reply);
  }

  /** What was said well is heard to its end; what a filter stopped is not. */
  #modelFailed(reply: ReplyId, error: unknown): void {
    if (replyFailure(error) === 'filtered') this.#replyFailed(reply, error);
    else this.#speaker.fail(reply, error);
  }

  #wentWrong(kind: Incident['kind'], error: unknown): void {
    this.#record.wentWrong(kind, error);
    this.#options.story.failed(kind);
  }

  #replyFailed(reply: ReplyId, error: unknown): void {
    const why = replyFailure(error);
    this.#options.services.log.error({ ...this.#record.ids, why, err: error }, 'reply failed');
    this.#wentWrong(why, error);
    this.#stop(reply);
    this.dispatch({ type: 'reply-failed', reply, why });
  }
}

/** What a caller is handed over with who is being told that the agent has failed. */
function troubleOf(state: TurnState): HandoverRequest | undefined {
  return 'then' in state && state.then.kind === 'hand-over' && state.then.request.reason === 'failure'
    ? state.then.request
    : undefined;
}
