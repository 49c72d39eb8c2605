import type { Log } from '#adapters/logging/logger';
import type { TurnEffect } from '#core/conversation/effect';
import type { TurnInput } from '#core/conversation/input';
import { replyRequest, type ConversationFacts } from '#core/conversation/model-request';
import { readToolCall } from '#core/conversation/tools';
import { firstTurn, type Said, type TurnState } from '#core/conversation/state';
import type { HandoverRequest } from '#core/conversation/hand-over-request';
import { nextTurn } from '#core/conversation/turn';
import { turnSettings } from '#core/conversation/turn-settings';
import type { HandoverPacket } from '#core/handover/packet';
import type { CallConnectionId, ReplyId } from '#core/ids';
import type { Clock } from '#core/ports/clock';
import type { Customer } from '#core/ports/customer-directory';
import { PortError } from '#core/ports/error';
import type { ToolCall } from '#core/ports/language-model';
import type { SessionRecord } from '#core/ports/session-store';
import type { CallState } from '#core/call/state';
import { unreachable } from '#core/unreachable';
import { CallRecord } from './call-record.ts';
import { askForTransfer, preparePacket, type HandoverServices } from './hand-over.ts';
import { ReplyStopwatch, type ReplyLatency } from './reply-latency.ts';
import type { ToolOutcome } from './reply-work.ts';
import { writeReply } from './reply-writer.ts';
import type { Speaker, SpeakerEvents } from './speaker.ts';
import { TurnTimers } from './turn-timers.ts';

/** How long the end of a call that is said to be gone may take to show. */
const GONE_GRACE_MS = 2_000;
/** A failed request to the model is made once more when nothing of the reply has come: the caller notices half a second. */
const MODEL_TRIES_MAX = 2;

export interface ConversationOptions {
  readonly facts: Omit<ConversationFacts, 'customer' | 'turns'>;
  readonly earlier: SessionRecord | undefined;
  readonly connectionId: CallConnectionId;
  readonly services: HandoverServices & { readonly clock: Clock; readonly log: Log };
  /** Speaks with these events; made by whoever owns the socket. */
  readonly speaker: (events: SpeakerEvents) => Speaker;
  /** Takes back what the front has queued. */
  readonly stopAudio: () => void;
  readonly onRecord: (record: SessionRecord) => void;
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
  readonly #settings;
  readonly #inbox: TurnInput[] = [];
  readonly #ended = new AbortController();
  readonly #record: CallRecord;
  #isRunning = false;
  #state: TurnState = firstTurn;
  #packet: Promise<HandoverPacket> | undefined;
  #model: { readonly reply: ReplyId; readonly abort: AbortController; readonly stopwatch: ReplyStopwatch } | undefined;
  #transfer: { readonly id: string; readonly attempt: number } | undefined;
  #transfers = 0;
  #lastVoiceMs: number | undefined;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#settings = turnSettings(options.facts.agent, options.facts.locale);
    this.#record = new CallRecord({ ...options, ...options.services });
    this.#speaker = options.speaker({
      onAudible: (reply) => this.#audible(reply),
      onClause: (_reply, text) => this.#clauseAudible(text),
      onFinished: (reply, text) => {
        this.#record.agentSaid(text, false, this.#latencyOf(reply));
        this.dispatch({ type: 'reply-finished', reply });
      },
      onFailed: (reply, error) => this.#replyFailed(reply, error),
    });
  }

  get speaker(): Speaker {
    return this.#speaker;
  }

  set customer(customer: Customer) {
    this.#record.customer = customer;
  }

  /** When the caller was last heard, in monotonic milliseconds: latencies count from here. */
  set lastVoiceMs(atMs: number) {
    this.#lastVoiceMs = atMs;
  }

  dispatch(input: TurnInput): void {
    this.#inbox.push(input);
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) this.#step(next);
    } catch (error) {
      this.#inbox.length = 0;
      this.#options.onBroken(error);
    } finally {
      this.#isRunning = false;
    }
  }

  /** What the control plane says of the call: outcomes of transfers come this way. */
  rowRead(state: CallState): void {
    const transfer = 'transfer' in state ? state.transfer : undefined;
    if (this.#transfer === undefined || transfer?.id !== this.#transfer.id || transfer.result.kind === 'under-way')
      return;
    const { attempt } = this.#transfer;
    this.#transfer = undefined;
    this.#options.onAwaitingTransfer(false);
    const { callId, correlationId } = this.#options.facts.offer;
    const { kind, ...result } = transfer.result;
    this.#options.services.log.info(
      { callId, correlationId, transferId: transfer.id, result: kind, ...result },
      'transfer outcome',
    );
    this.dispatch(kind === 'accepted' ? { type: 'transfer-accepted', attempt } : { type: 'transfer-failed', attempt });
  }

  end(): void {
    this.dispatch({ type: 'caller-gone' });
    this.#ended.abort(new Error('the conversation has ended'));
    this.#timers.close();
    this.#speaker.close();
  }

  #step(input: TurnInput): void {
    const before = this.#state.phase;
    const [state, ...effects] = nextTurn(this.#state, input, this.#settings);
    this.#state = state;
    const handsOver = state.phase === 'handing-over' && before !== 'handing-over';
    if (handsOver) this.#packet = undefined;
    if (before === 'handing-over' && state.phase !== 'handing-over') this.#options.onAwaitingTransfer(false);
    for (const effect of effects) this.#run(effect);
    // While the announcement is spoken, and after the caller's last words were written down.
    if (handsOver) this.#packet ??= this.#preparePacket(state.request);
  }

  #run(effect: TurnEffect): void {
    switch (effect.type) {
      case 'say':
        this.#speaker.say(effect.reply, effect.text);
        this.#speaker.complete(effect.reply);
        return;
      case 'say-filler':
        this.#speaker.say(effect.reply, effect.text);
        return;
      case 'think':
        void this.#think(effect.reply, effect.said);
        return;
      case 'stop-reply':
        this.#interrupt(effect.reply);
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
      case 'transfer':
        void this.#askForTransfer(effect);
        return;
      case 'hang-up':
        this.#options.onHangUp();
        return;
      default:
        unreachable(effect);
    }
  }

  async #think(reply: ReplyId, said: Said): Promise<void> {
    const { services } = this.#options;
    const abort = new AbortController();
    const stopwatch = new ReplyStopwatch(services.clock.monotonicMs(), this.#lastVoiceMs);
    this.#model = { reply, abort, stopwatch };
    const signal = AbortSignal.any([abort.signal, this.#ended.signal]);
    const request = replyRequest(this.#record.facts, said);
    const progress = { began: false };
    for (let tries = 1; ; tries += 1) {
      try {
        await writeReply(
          {
            model: services.model,
            request: () => request,
            act: (call) => Promise.resolve(this.#act(reply, call)),
            meanwhile: () => undefined,
            maxChars: this.#record.facts.agent.maxReplyChars,
          },
          {
            onFirstToken: () => {
              progress.began = true;
              stopwatch.firstToken(services.clock.monotonicMs());
            },
            onClause: (text) => this.#speaker.say(reply, text),
          },
          signal,
        );
        if (!signal.aborted) this.#speaker.complete(reply);
        return;
      } catch (error) {
        if (signal.aborted) return;
        const again = !progress.began && tries < MODEL_TRIES_MAX && error instanceof PortError && error.retryable;
        if (!again) {
          this.#replyFailed(reply, error);
          return;
        }
        services.log.warn({ callId: this.#options.facts.offer.callId, err: error }, 'model asked again');
      }
    }
  }

  #act(reply: ReplyId, call: ToolCall): ToolOutcome {
    const { agent, offer } = this.#record.facts;
    const reading = readToolCall(call, agent);
    if (reading.kind !== 'turn') return { kind: 'result', text: 'There is no tool of that name.' };
    const { callId, correlationId } = offer;
    this.#options.services.log.info({ callId, correlationId, name: call.name }, 'tool called');
    this.dispatch({ type: 'tool-called', reply, tool: reading.tool });
    return { kind: 'turn' };
  }

  #interrupt(reply: ReplyId): void {
    const { log, clock } = this.#options.services;
    const startedMs = clock.monotonicMs();
    // A caller who hangs up, or an agent that fails, interrupts nobody.
    const bySpeaking = this.#state.phase === 'caller' || this.#state.phase === 'handing-over';
    if (!this.#stop(reply) || !bySpeaking) return;
    const { callId, correlationId } = this.#options.facts.offer;
    log.info({ callId, correlationId, stopAudioMs: Math.round(clock.monotonicMs() - startedMs) }, 'interruption');
  }

  /** Whether anything of it had been heard. */
  #stop(reply: ReplyId): boolean {
    if (this.#model?.reply === reply) this.#model.abort.abort(new Error('the reply was stopped'));
    const stopped = this.#speaker.stop(reply);
    if (stopped?.wasAudible !== true) return false;
    this.#options.stopAudio();
    this.#record.agentSaid(stopped.heard, true, this.#latencyOf(reply));
    return true;
  }

  #replyFailed(reply: ReplyId, error: unknown): void {
    const { callId, correlationId } = this.#options.facts.offer;
    this.#options.services.log.error({ callId, correlationId, err: error }, 'reply failed');
    this.#stop(reply);
    this.dispatch({ type: 'reply-failed', reply });
  }

  #audible(reply: ReplyId): void {
    const { clock } = this.#options.services;
    if (this.#model?.reply === reply) this.#model.stopwatch.firstAudio(clock.monotonicMs());
    // First: what the caller said comes before the answer to it.
    this.dispatch({ type: 'reply-audible', reply });
  }

  #clauseAudible(text: string): void {
    const { callId, correlationId } = this.#options.facts.offer;
    this.#options.services.log.info({ callId, correlationId, text }, 'agent speaking');
  }

  #latencyOf(reply: ReplyId): ReplyLatency | undefined {
    return this.#model?.reply === reply ? this.#model.stopwatch.read() : undefined;
  }

  #preparePacket(request: HandoverRequest): Promise<HandoverPacket> {
    return preparePacket(this.#record.facts, request, this.#options.services, this.#ended.signal);
  }

  async #askForTransfer({ request, attempt }: Extract<TurnEffect, { type: 'transfer' }>): Promise<void> {
    const { services, connectionId, onAwaitingTransfer } = this.#options;
    const { signal } = this.#ended;
    this.#transfers += 1;
    const id = `transfer-${this.#record.facts.turns.length}-${this.#transfers}`;
    try {
      this.#packet ??= this.#preparePacket(request);
      const packet = await this.#packet;
      this.#record.packet = packet;
      this.#transfer = { id, attempt };
      onAwaitingTransfer(true);
      const nowMs = services.clock.now();
      const asked = await askForTransfer(
        this.#record.facts,
        packet,
        { request, index: attempt, transferId: id, connectionId, nowMs },
        services,
        signal,
      );
      if (asked === 'asked') return;
      // "Gone" may be wrong: after a failed transfer the field has seen it of calls that were up (acs-facts 11). If this one is over, we shall know soon.
      await services.clock.sleep(GONE_GRACE_MS, signal);
      this.#transferNotAsked(id, attempt, 'the front says that the call is gone');
    } catch (error) {
      if (signal.aborted) return;
      this.#transferNotAsked(id, attempt, error);
    }
  }

  #transferNotAsked(id: string, attempt: number, error: unknown): void {
    const { callId, correlationId } = this.#options.facts.offer;
    this.#options.services.log.error({ callId, correlationId, transferId: id, err: error }, 'transfer not asked for');
    // Unless the next queue has been asked for meanwhile.
    if (this.#transfer?.id === id) this.#transfer = undefined;
    this.dispatch({ type: 'transfer-failed', attempt });
  }
}
