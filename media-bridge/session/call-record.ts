import type { Log } from '#adapters/logging/logger';
import type { ConversationFacts } from '#core/conversation/model-request';
import type { Said } from '#core/conversation/state';
import type { TranscriptTurn } from '#core/conversation/transcript';
import type { HandoverPacket } from '#core/handover/packet';
import type { Clock } from '#core/ports/clock';
import type { Customer } from '#core/ports/customer-directory';
import type { SessionRecord } from '#core/ports/session-store';
import type { ReplyLatency } from './reply-latency.ts';

export interface CallRecordOptions {
  readonly facts: Omit<ConversationFacts, 'customer' | 'turns'>;
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
  #customer: Customer | undefined;
  #packet: HandoverPacket | undefined;

  constructor(options: CallRecordOptions) {
    this.#options = options;
    this.#turns = options.earlier?.turns ?? [];
    this.#customer = options.earlier?.customer;
    this.#packet = options.earlier?.packet;
  }

  get facts(): ConversationFacts {
    return { ...this.#options.facts, customer: this.#customer, turns: this.#turns };
  }

  /** Written with the next turn. */
  set customer(customer: Customer) {
    this.#customer = customer;
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
    log.info({ ...this.#ids(), text: said.text, confidence: said.confidence }, 'caller said');
    this.#add({ by: 'caller', text: said.text, confidence: said.confidence, atMs });
  }

  /** `text` is what the caller heard of it. */
  agentSaid(text: string, interrupted: boolean, latency: ReplyLatency | undefined): void {
    if (text === '') return;
    const { log, clock } = this.#options;
    log.info({ ...this.#ids(), text, interrupted, latency }, 'agent said');
    this.#add({ by: 'agent', text, interrupted, atMs: clock.now() });
  }

  #add(turn: TranscriptTurn): void {
    this.#turns = [...this.#turns, turn];
    this.#tell();
  }

  #tell(): void {
    const { facts, onRecord } = this.#options;
    onRecord({
      callId: facts.offer.callId,
      agent: facts.agent.name,
      turns: this.#turns,
      customer: this.#customer,
      packet: this.#packet,
    });
  }

  #ids() {
    const { callId, correlationId } = this.#options.facts.offer;
    return { callId, correlationId };
  }
}
