import type { Log } from '#adapters/logging/logger';
import type { ConversationFacts } from '#core/conversation/model-request';
import type { Said } from '#core/conversation/state';
import type { TranscriptTurn } from '#core/conversation/transcript';
import type { HandoverPacket } from '#core/handover/packet';
import type { Clock } from '#core/ports/clock';
import type { Customer } from '#core/ports/customer-directory';
import { checked, claimed, unknownCaller, type CallerIdentity, type ClaimedBy } from '#core/identity/caller-identity';
import { PortError } from '#core/ports/error';
import type { Incident, SessionRecord } from '#core/ports/session-store';
import type { AgentDefinition } from '#core/agent/definition';
import type { CallOffer } from '#core/call/offer';
import type { Locale } from '#core/language/locale';
import type { ReplyLatency } from './reply-latency.ts';

export interface CallRecordOptions {
  readonly facts: Omit<ConversationFacts, 'identity' | 'turns'>;
  /** What an earlier media session of this call wrote down. */
  readonly earlier: SessionRecord | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** The whole record, whenever it has grown. */
  readonly onRecord: (record: SessionRecord) => void;
}

/** What is known of one call, as it grows: who calls, what was said, what the person who takes over is told. */
export class CallRecord {
  readonly #options: CallRecordOptions;
  #turns: readonly TranscriptTurn[];
  #agent: AgentDefinition;
  #locale: Locale;
  #incidents: readonly Incident[];
  #identity: CallerIdentity;
  #packet: HandoverPacket | undefined;

  constructor(options: CallRecordOptions) {
    this.#options = options;
    ({ agent: this.#agent, locale: this.#locale } = options.facts);
    this.#turns = options.earlier?.turns ?? [];
    this.#incidents = options.earlier?.incidents ?? [];
    this.#identity = options.earlier?.identity ?? unknownCaller;
    this.#packet = options.earlier?.packet;
  }

  get facts(): ConversationFacts {
    const { offer } = this.#options.facts;
    return { offer, agent: this.#agent, locale: this.#locale, identity: this.#identity, turns: this.#turns };
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

  callerSaid(said: Said): void {
    const { log, clock } = this.#options;
    const atMs = clock.now();
    if (said.by === 'keypad') {
      this.#add({ by: 'keypad', text: said.text, atMs });
      return;
    }
    log.info({ ...this.ids, text: said.text, confidence: said.confidence }, 'caller said');
    this.#add({ by: 'caller', text: said.text, confidence: said.confidence, atMs });
  }

  /** `text` is what the caller heard of it. */
  agentSaid(text: string, interrupted: boolean, latency: ReplyLatency | undefined): void {
    if (text === '') return;
    const { log, clock } = this.#options;
    log.info({ ...this.ids, text, interrupted, latency }, 'agent said');
    this.#add({ by: 'agent', text, interrupted, atMs: clock.now() });
  }

  toolGave(name: string, text: string, sources: readonly string[]): void {
    const { log, clock } = this.#options;
    log.info({ ...this.ids, name, sources }, 'tool used');
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

  #add(turn: TranscriptTurn): void {
    this.#turns = [...this.#turns, turn];
    this.#tell();
  }

  #tell(): void {
    const { facts, onRecord } = this.#options;
    onRecord({
      callId: facts.offer.callId,
      agent: this.#agent.name,
      language: this.#locale.language,
      turns: this.#turns,
      incidents: this.#incidents,
      identity: this.#identity,
      packet: this.#packet,
    });
  }
}
