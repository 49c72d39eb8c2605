import type { Log } from '#adapters/logging/logger';
import type { Agent, AgentCatalogue } from '#core/agent/agent';
import type { CallState } from '#core/call/state';
import type { TurnEffect } from '#core/conversation/effect';
import type { TurnInput } from '#core/conversation/input';
import type { ConversationFacts } from '#core/conversation/model-request';
import type { Resumption } from '#core/conversation/resume';
import type { HandoverRequest } from '#core/conversation/hand-over-request';
import { firstTurn, type TurnState } from '#core/conversation/state';
import { isAtRest } from '#core/conversation/at-rest';
import { nextTurn } from '#core/conversation/turn';
import { stageOf, unrecordedOf } from '#core/conversation/unfinished';
import type { CallConnectionId } from '#core/ids';
import type { Locale } from '#core/language/locale';
import type { Clock } from '#core/ports/clock';
import type { FoundCustomer } from '#core/ports/customer-directory';
import type { IdentityProof } from '#core/ports/identity-proof';
import type { Incident, SessionRecord } from '#core/ports/session-store';
import type { ToolRunner } from '#core/ports/tool-runner';
import { AgentOnCall } from './agent-on-call.ts';
import { CallRecord } from './call-record.ts';
import { Errands, type ErrandServices } from './errands.ts';
import type { HandoverServices } from './hand-over.ts';
import { mayAskForProof, proveCaller } from './proof-check.ts';
import type { Speaker } from './speaker.ts';
import { SpokenReplies, type SpokenRepliesSurroundings } from './spoken-replies.ts';
import type { CallOfTools } from './tool-runner.ts';
import { Transfers } from './transfers.ts';
import { TurnTimers } from './turn-timers.ts';

export interface ConversationOptions extends SpokenRepliesSurroundings {
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
  /** Another agent or another language from now on. */
  readonly onLocale: (locale: Locale, phrases: readonly string[]) => void;
  /** What `sessionRecord` gives has changed. */
  readonly onChange: () => void;
  readonly onAwaitingTransfer: (awaiting: boolean) => void;
  readonly onHangUp: () => void;
  /** Something went wrong that nothing here expects. */
  readonly onBroken: (error: unknown) => void;
}

/** Runs one conversation: feeds what happens to the turn machine, and does what it decides. One input after the other, whoever sends it. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #timers = new TurnTimers((timer) => this.dispatch({ type: 'timer-fired', timer }));
  readonly #inbox: TurnInput[] = [];
  readonly #ended = new AbortController();
  readonly #record: CallRecord;
  readonly #agent: AgentOnCall;
  readonly #replies: SpokenReplies;
  readonly #transfers: Transfers;
  readonly #errands: Errands;
  #isRunning = false;
  #state: TurnState;

  constructor(options: ConversationOptions) {
    const { services } = options;
    this.#options = options;
    // Whoever has to repeat a code has to, though the media session changes.
    this.#state = { ...firstTurn, gate: options.earlier?.unfinished.gate ?? firstTurn.gate };
    this.#record = new CallRecord({ ...options, ...services });
    this.#agent = new AgentOnCall({ ...options, record: this.#record });
    const whenWritten = (): Promise<void> => {
      this.#record.tellNow();
      return options.whenWritten();
    };
    this.#replies = new SpokenReplies({
      ...options,
      whenWritten,
      record: this.#record,
      agent: this.#agent,
      tools: options.story.toolsTold(
        options.tools({
          facts: () => this.#record.facts,
          onCustomer: (customer) => this.#record.claimed(customer, 'words'),
        }),
      ),
      mayAskForProof: () => mayAskForProof(this.#state.gate, this.#agent.settings, this.#record),
      isCallersTurn: () => this.#state.phase === 'caller' || this.#state.phase === 'handing-over',
      onInput: (input) => this.dispatch(input),
      onWentWrong: (why, error) => this.#wentWrong(why, error),
    });
    this.#transfers = new Transfers({
      record: this.#record,
      connectionId: options.connectionId,
      services,
      signal: this.#ended.signal,
      whenWritten,
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
    return this.#replies.speaker;
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
    return this.#replies.lastWords;
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
    this.#record.tellNow();
  }

  #step(input: TurnInput): void {
    const before = this.#state.phase;
    const isWords = input.type === 'final' || input.type === 'partial';
    if (isWords && input.from === 'caller') this.#replies.understood();
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
      case 'check-proof':
        void this.#checkProof(effect);
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
        this.#replies.run(effect);
    }
  }

  async #checkProof(effect: Extract<TurnEffect, { type: 'check-proof' }>): Promise<void> {
    const result = await proveCaller(effect, this.#record, this.#options.services, this.#ended.signal);
    this.dispatch({ type: 'proof-checked', reply: effect.reply, result });
  }

  #wentWrong(kind: Incident['kind'], error: unknown): void {
    this.#record.wentWrong(kind, error);
    this.#options.story.failed(kind);
  }
}

/** What a caller is handed over with who is being told that the agent has failed. */
function troubleOf(state: TurnState): HandoverRequest | undefined {
  return 'then' in state && state.then.kind === 'hand-over' && state.then.request.reason === 'failure'
    ? state.then.request
    : undefined;
}
