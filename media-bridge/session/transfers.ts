import type { CallState } from '#core/call/state';
import type { HandoverRequest } from '#core/conversation/hand-over-request';
import type { TurnInput } from '#core/conversation/input';
import type { HandoverPacket } from '#core/handover/packet';
import type { CallConnectionId } from '#core/ids';
import type { Clock } from '#core/ports/clock';
import type { CallRecord } from './call-record.ts';
import { askForTransfer, preparePacket, type HandoverServices } from './hand-over.ts';

/** How long the end of a call that is said to be gone may take to show. */
const GONE_GRACE_MS = 2_000;

export interface TransfersOptions {
  readonly record: CallRecord;
  readonly connectionId: CallConnectionId;
  readonly services: HandoverServices & { readonly clock: Clock };
  /** Aborted when the conversation ends. */
  readonly signal: AbortSignal;
  /** Whether an outcome is waited for: it comes with the call row. */
  readonly onAwaiting: (awaiting: boolean) => void;
  readonly onOutcome: (outcome: Extract<TurnInput, { type: 'transfer-accepted' | 'transfer-failed' }>) => void;
}

/** One call's way to a person: the packet, prepared while the announcement is spoken; the queues asked, one after the other; their outcomes. */
export class Transfers {
  readonly #options: TransfersOptions;
  #packet: Promise<HandoverPacket> | undefined;
  #underWay: { readonly id: string; readonly attempt: number } | undefined;
  #asked = 0;

  constructor(options: TransfersOptions) {
    this.#options = options;
  }

  /** A hand-over begins. After the caller's last words were written down. */
  prepare(request: HandoverRequest): void {
    const { record, services, signal } = this.#options;
    this.#packet = preparePacket(record.facts, request, services, signal);
  }

  /** The hand-over is over, with or without a person. */
  leave(): void {
    this.#packet = undefined;
    this.#underWay = undefined;
    this.#options.onAwaiting(false);
  }

  /** Asks the front for the `attempt`-th queue. Never throws: what fails is an outcome. */
  async ask(request: HandoverRequest, attempt: number): Promise<void> {
    const { record, services, connectionId, signal, onAwaiting } = this.#options;
    this.#asked += 1;
    const id = `transfer-${record.facts.turns.length}-${this.#asked}`;
    try {
      if (this.#packet === undefined) this.prepare(request);
      const packet = await this.#packet;
      if (packet === undefined) return;
      signal.throwIfAborted();
      record.packet = packet;
      this.#underWay = { id, attempt };
      onAwaiting(true);
      const nowMs = services.clock.now();
      const question = { request, index: attempt, transferId: id, connectionId, nowMs };
      if ((await askForTransfer(record.facts, packet, question, services, signal)) === 'asked') return;
      // "Gone" may be wrong: after a failed transfer the field has seen it of calls that were up (acs-facts 11). If this one is over, we shall know soon.
      await services.clock.sleep(GONE_GRACE_MS, signal);
      this.#notAsked(id, attempt, 'the front says that the call is gone');
    } catch (error) {
      if (!signal.aborted) this.#notAsked(id, attempt, error);
    }
  }

  /** What the control plane says of the call: outcomes of transfers come this way. */
  rowRead(state: CallState): void {
    const transfer = 'transfer' in state ? state.transfer : undefined;
    if (this.#underWay === undefined || transfer?.id !== this.#underWay.id || transfer.result.kind === 'under-way')
      return;
    const { attempt } = this.#underWay;
    this.#underWay = undefined;
    this.#options.onAwaiting(false);
    const { kind, ...result } = transfer.result;
    this.#options.services.log.info(
      { ...this.#options.record.ids, transferId: transfer.id, result: kind, ...result },
      'transfer outcome',
    );
    this.#options.onOutcome({ type: kind === 'accepted' ? 'transfer-accepted' : 'transfer-failed', attempt });
  }

  #notAsked(id: string, attempt: number, error: unknown): void {
    const { record, services, onOutcome } = this.#options;
    services.log.error({ ...record.ids, transferId: id, err: error }, 'transfer not asked for');
    // Unless the next queue has been asked for meanwhile.
    if (this.#underWay?.id === id) this.#underWay = undefined;
    onOutcome({ type: 'transfer-failed', attempt });
  }
}
