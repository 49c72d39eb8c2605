import type { Log } from '#adapters/logging/logger';
import type { ConversationFacts } from '#core/conversation/model-request';
import { turnsSoFar } from '#core/conversation/resume';
import type { Said } from '#core/conversation/state';
import type { TranscriptTurn } from '#core/conversation/transcript';
import { nothingUnfinished, type Unfinished } from '#core/conversation/unfinished';
import type { HandoverPacket } from '#core/handover/packet';
import type { Clock } from '#core/ports/clock';
import type { Customer } from '#core/ports/customer-directory';
import { checked, claimed, unknownCaller, type CallerIdentity, type ClaimedBy } from '#core/identity/caller-identity';
import { PortError } from '#core/ports/error';
import type { Incident, SessionRecord } from '#core/ports/session-store';
import type { AgentDefinition } from '#core/agent/definition';
import type { CallOffer } from '#core/call/offer';
import type { Locale } from '#core/language/locale';
import { RedactedTurns } from './redacted-turns.ts';
import type { ReplyLatency } from '#core/telemetry/reply-latency';

export interface CallRecordOptions {
  readonly facts: Omit<ConversationFacts, 'identity' | 'turns'>;
  /** What an earlier media session of this call wrote down. */
  readonly earlier: SessionRecord | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Something of it has changed; once for what changes together. */
  readonly onChange: () => void;
}

/** What is known of one call, as it grows: who calls, what was said, what the person who takes over is told. */
export class CallRecord {
  readonly #options: CallRecordOptions;
  readonly #redacted = new RedactedTurns();
  #turns: readonly TranscriptTurn[];
  #agent: AgentDefinition;
  #locale: Locale;
  #incidents: readonly Incident[];
  #identity: CallerIdentity;
  #packet: HandoverPacket | undefined;
  #unfinished = nothingUnfinished;
  #telling: 'nothing' | 'soon' = 'nothing';

  constructor(options: CallRecordOptions) {
    this.#options = options;
    ({ agent: this.#agent, locale: this.#locale } = options.facts);
    this.#redacted.heardIn(this.#locale.pack);
    this.#turns = options.earlier === undefined ? [] : turnsSoFar(options.earlier, options.clock.now());
    this.#incidents = options.earlier?.incidents ?? [];
    this.#identity = options.earlier?.identity ?? unknownCaller;
    this.#packet = options.earlier?.packet;
  }

  get facts(): ConversationFacts {
    const { offer } = this.#options.facts;
    return { offer, agent: this.#agent, locale: this.#locale, identity: this.#identity, turns: this.#turns };
  }

  /** The same for whoever is not in this conversation: what the caller said is redacted. */
  get factsToTell(): ConversationFacts {
    return { ...this.facts, turns: this.#redacted.of(this.#turns) };
  }

  /** For log lines. */
  get ids(): Pick<CallOffer, 'callId' | 'correlationId'> {
    const { callId, correlationId } = this.#options.facts.offer;
    return { callId, correlationId };
  }

  /** From the next turn on. */
  speakAs(agent: AgentDefinition, locale: Locale): void {
    this.#agent = agent;
    this.#locale = locale;
    this.#redacted.heardIn(locale.pack);
    this.#tell();
  }

  /** Somebody says that the caller is this customer. Written with the next turn. */
  claimed(customer: Customer, by: ClaimedBy): void {
    this.#identity = claimed(this.#identity, customer, by);
  }

  /** What a check has said of the customer it was asked about. */
  checked(check: Parameters<typeof checked>[1]): void {
    const { ids } = this;
    this.#identity = checked(this.#identity, check);
    this.#options.log.info({ ...ids, kind: check.kind, verdict: check.verdict }, 'identity checked');
    this.#tell();
  }

  set packet(packet: HandoverPacket) {
    this.#packet = packet;
    this.#tell();
  }

  /** Where the conversation is now: told when that is news. */
  isAt(where: Pick<Unfinished, 'stage' | 'said' | 'transfer' | 'gate'>): void {
    const { stage, said, transfer, gate } = this.#unfinished;
    if (JSON.stringify(where) === JSON.stringify({ stage, said, transfer, gate })) return;
    this.#unfinished = { ...this.#unfinished, ...where };
    this.#tell();
  }

  /** The caller hears the beginning of this clause. */
  agentSays(clause: string): void {
    const { saying } = this.#unfinished;
    // One that was held is begun again.
    if (saying.endsWith(clause)) return;
    this.#unfinished = { ...this.#unfinished, saying: `${saying} ${clause}`.trimStart() };
    this.#tell();
  }

  /** Tools have begun to change something outside and have not said how it went. */
  get isChanging(): boolean {
    return this.#unfinished.tools.length > 0;
  }

  /** Before this tool changes something outside. */
  toolBegins(name: string): void {
    this.#unfinished = { ...this.#unfinished, tools: [...this.#unfinished.tools, name] };
    this.#tell();
  }

  /** It has given its result, or did nothing. */
  toolEnds(name: string): void {
    const { tools } = this.#unfinished;
    const index = tools.indexOf(name);
    if (index < 0) return;
    this.#unfinished = { ...this.#unfinished, tools: tools.toSpliced(index, 1) };
    this.#tell();
  }

  callerSaid(said: Said): void {
    const { log, clock } = this.#options;
    const atMs = clock.now();
    this.#unfinished = { ...this.#unfinished, said: undefined };
    if (said.by === 'keypad') {
      this.#add({ by: 'keypad', text: said.text, atMs });
      return;
    }
    this.#add({ by: 'caller', text: said.text, confidence: said.confidence, atMs });
    log.info({ ...this.ids, text: this.#lastText, confidence: said.confidence }, 'caller said');
  }

  /** `text` is what the caller heard of it. */
  agentSaid(text: string, interrupted: boolean, latency: ReplyLatency | undefined): void {
    this.#unfinished = { ...this.#unfinished, saying: '' };
    if (text === '') return;
    const { log, clock } = this.#options;
    this.#add({ by: 'agent', text, interrupted, atMs: clock.now() });
    log.info({ ...this.ids, text: this.#lastText, interrupted, latency }, 'agent said');
  }

  toolGave(name: string, text: string, sources: readonly string[]): void {
    const { log, clock } = this.#options;
    log.info({ ...this.ids, name, sources }, 'tool used');
    this.toolEnds(name);
    this.#add({ by: 'tool', name, text, atMs: clock.now(), ...(sources.length > 0 ? { sources } : {}) });
  }

  /** Of the error only which port it came from, and its code. */
  wentWrong(kind: Incident['kind'], error: unknown): void {
    const { log, clock } = this.#options;
    const detail =
      error instanceof PortError ? [error.port, error.code ?? error.status ?? ''].join(' ').trim() : 'unexpected';
    log.warn({ ...this.ids, kind, detail }, 'turn failed');
    this.#incidents = [...this.#incidents, { atMs: clock.now(), kind, detail }];
    this.#tell();
  }

  /** Of the newest turn, as others may know it. */
  get #lastText(): string {
    return this.#redacted.of(this.#turns).at(-1)?.text ?? '';
  }

  #add(turn: TranscriptTurn): void {
    this.#turns = [...this.#turns, turn];
    this.#tell();
  }

  /** A turn and the end of what led to it are one change: told apart, the first would be written without the second. */
  #tell(): void {
    if (this.#telling === 'soon') return;
    this.#telling = 'soon';
    queueMicrotask(() => this.tellNow());
  }

  /** What has changed and is about to be told, for whoever waits until it is written. */
  tellNow(): void {
    if (this.#telling === 'nothing') return;
    this.#telling = 'nothing';
    this.#options.onChange();
  }

  /** The record as others may know it. */
  get sessionRecord(): SessionRecord {
    return {
      callId: this.#options.facts.offer.callId,
      agent: this.#agent.name,
      language: this.#locale.language,
      turns: this.#redacted.of(this.#turns),
      incidents: this.#incidents,
      identity: this.#identity,
      packet: this.#packet,
      unfinished: this.#redacted.unfinished(this.#turns, this.#unfinished),
    };
  }
}
