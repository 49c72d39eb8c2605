import { randomUUID } from 'node:crypto';
import type { CallState } from '#core/call/state';
import type { HandoverRequest } from '#core/conversation/hand-over-request';
import type { TurnInput } from '#core/conversation/input';
import type { OpenTransfer } from '#core/conversation/unfinished';
import type { HandoverPacket } from '#core/handover/packet';
import {
  failedAttemptsInWords,
  transferProblem,
  type FailedAttempt,
  type TransferProblem,
} from '#core/handover/transfer-problem';
import type { CallConnectionId } from '#core/ids';
import type { Clock } from '#core/ports/clock';
import { PortError } from '#core/ports/error';
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
  /** Resolves when what was recorded is written, or when that takes too long. Never rejects. */
  readonly whenWritten: () => Promise<void>;
  readonly onOutcome: (outcome: Extract<TurnInput, { type: 'transfer-accepted' | 'transfer-failed' }>) => void;
}

/** One call's way to a person: the packet, prepared while the announcement is spoken; the queues asked, one after the other; their outcomes. */
export class Transfers {
  readonly #options: TransfersOptions;
  /** In each id: another media session of this call may have asked after as many turns, and its failures stand in the call row. */
  readonly #session = randomUUID();
  #packet: Promise<HandoverPacket> | undefined;
  #underWay: OpenTransfer | undefined;
  #asked = 0;
  /** While queues are asked. */
  #order: readonly string[] | undefined;
  /** Queues of this hand-over that did not take the call. */
  #failed: readonly FailedAttempt[] = [];

  constructor(options: TransfersOptions) {
    this.#options = options;
  }

  /** The transfer that was asked for and has no outcome yet. */
  get underWay(): OpenTransfer | undefined {
    return this.#underWay;
  }

  /** One that an earlier media session of this call asked for. */
  await(transfer: OpenTransfer): void {
    this.#underWay = transfer;
    this.#options.onAwaiting(true);
  }

  /** A hand-over begins, or is certain to. After the caller's last words were written down. Once a hand-over. */
  prepare(request: HandoverRequest): void {
    const { record, services, signal } = this.#options;
    this.#packet ??= preparePacket(record.factsToTell, request, services, signal);
  }

  /** The hand-over is over without a person. What became of it is for the agent to know. */
  leave(): void {
    if (this.#failed.length > 0) {
      this.#options.record.toolGave('transfer_to_person', failedAttemptsInWords(this.#failed), []);
    }
    this.#failed = [];
    this.#order = undefined;
    this.#packet = undefined;
    this.#underWay = undefined;
    this.#options.onAwaiting(false);
  }

  /** Asks the front for the `attempt`-th queue. Never throws: what fails is an outcome. */
  async ask(request: HandoverRequest, attempt: number): Promise<void> {
    const { record, services, connectionId, signal, onAwaiting, whenWritten } = this.#options;
    this.#asked += 1;
    const id = `transfer-${this.#session}-${this.#asked}`;
    try {
      this.#order = request.order ?? [];
      if (this.#packet === undefined) this.prepare(request);
      const packet = await this.#packet;
      if (packet === undefined) return;
      signal.throwIfAborted();
      record.packet = packet;
      this.#underWay = { id, attempt };
      onAwaiting(true);
      // Whoever takes the call over must know that somebody may be ringing already.
      await whenWritten();
      signal.throwIfAborted();
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
    if (transfer === undefined) return;
    const { id, result } = transfer;
    const { kind, ...codes } = result;
    const tell = (): void => {
      this.#underWay = undefined;
      this.#options.onAwaiting(false);
      const { services, record } = this.#options;
      services.log.info({ ...record.ids, transferId: id, result: kind, ...codes }, 'transfer outcome');
    };
    const attempt = this.#underWay?.id === id ? this.#underWay.attempt : undefined;
    if (result.kind === 'failed' && attempt !== undefined) {
      tell();
      this.#tellFailure(attempt, transferProblem(result.code, result.subCode));
    }
    // Whichever attempt it was: one that was given up here may have gone on ringing.
    if (result.kind === 'accepted' && (this.#order !== undefined || attempt !== undefined)) {
      tell();
      this.#order = undefined;
      this.#options.onOutcome({ type: 'transfer-accepted' });
    }
  }

  #notAsked(id: string, attempt: number, error: unknown): void {
    const { record, services } = this.#options;
    services.log.error({ ...record.ids, transferId: id, err: error }, 'transfer not asked for');
    // Unless the next queue has been asked for meanwhile.
    if (this.#underWay?.id === id) this.#underWay = undefined;
    const { status = 0, code } = error instanceof PortError ? error : {};
    this.#tellFailure(attempt, transferProblem(status, Number(code ?? 0)));
  }

  #tellFailure(attempt: number, why: TransferProblem): void {
    const queue = this.#order?.[attempt];
    if (queue !== undefined && why !== 'conflict') this.#failed = [...this.#failed, { queue, why }];
    this.#options.onOutcome({ type: 'transfer-failed', attempt, why });
  }
}
