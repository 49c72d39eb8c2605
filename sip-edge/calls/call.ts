/**
 * One answered call as the application holds it: its state, who is in it, and the one way it ends.
 * What the published operations do to it is in call-automation/operations; what it reports is in callbacks/events.
 */
import {
  answerFailed,
  callConnected,
  callDisconnected,
  callTransferAccepted,
  callTransferFailed,
  participantsUpdated,
  type CallEvent,
  type WireParticipant,
} from '../callbacks/events.ts';
import type { CallCallbacks } from '../callbacks/delivery.ts';
import type { CallIds } from '../callbacks/envelope.ts';
import { results } from '../callbacks/results.ts';
import { LegGone, type ActiveLeg, type LegEnd, type RingingLeg, type Telephony } from '../leg.ts';
import type { Log } from '../log.ts';
import type { MediaStreamingOptions, MediaSubscription } from '../media-streaming/subscription.ts';
import type { SettingsStore } from '../settings.ts';
import type { Traces } from '../telemetry/traces.ts';
import type { CallMedia } from './call-media.ts';
import { disconnectResult, endOfLeg, type CallEnd, type CallPhase } from './call-state.ts';
import { phoneIdentifier, userIdentifier, type WirePhoneNumber } from './identifiers.ts';
import type { JoinedCalls } from './joined-calls.ts';
import type { Referrals } from './referrals.ts';
import { transferCaller, type TransferOrder, type TransferResult } from './transfer.ts';

export interface CallParts {
  readonly ids: CallIds;
  /** E.164 with `+`, undefined for an anonymous caller. */
  readonly from: string | undefined;
  /** E.164 with `+`. */
  readonly to: string;
  /** Raw id of the application's own participant. */
  readonly applicationRawId: string;
  readonly callbackUrl: string;
  readonly operationContext: string | undefined;
  readonly mediaStreaming: MediaStreamingOptions | undefined;
  readonly startMediaStreaming: boolean;
}

interface CallServices {
  readonly telephony: Telephony;
  readonly joined: JoinedCalls;
  readonly settings: SettingsStore;
  readonly sipDomain: string;
  readonly referrals: Referrals;
  readonly traces: Traces;
  readonly callbacks: CallCallbacks;
  readonly log: Log;
  readonly openMedia: (leg: ActiveLeg) => CallMedia;
  /** Files of the call are made whole; then it is forgotten. */
  readonly onEnded: () => void;
}

type State =
  | { readonly phase: 'connecting' }
  | { readonly phase: 'connected'; readonly media: CallMedia }
  | {
      readonly phase: 'transferring';
      readonly media: CallMedia;
      readonly transfer: TransferOrder;
      readonly referAccepted: boolean;
    }
  | { readonly phase: 'transfer-accepted'; readonly media: CallMedia }
  /** Without media: hung up by the application before the leg was there. */
  | { readonly phase: 'disconnecting'; readonly media: CallMedia | undefined }
  | { readonly phase: 'ended' };

export class Call {
  readonly parts: CallParts;
  readonly caller: WirePhoneNumber;
  readonly #services: CallServices;
  readonly #ended = Promise.withResolvers<undefined>();
  readonly #transferAbort = new AbortController();
  #state: State = { phase: 'connecting' };
  #rosterSequence = 0;

  constructor(parts: CallParts, services: CallServices) {
    this.parts = parts;
    this.caller = phoneIdentifier(parts.from);
    this.#services = services;
  }

  get ids(): CallIds {
    return this.parts.ids;
  }

  get phase(): CallPhase {
    return this.#state.phase;
  }

  /** Settles when the application's part in the call is over. */
  get ended(): Promise<undefined> {
    return this.#ended.promise;
  }

  /** Present in every phase that has a leg. */
  get media(): CallMedia | undefined {
    return 'media' in this.#state ? this.#state.media : undefined;
  }

  get streaming(): MediaSubscription | undefined {
    return this.media?.streaming;
  }

  participants(): readonly WireParticipant[] {
    return [this.caller, userIdentifier(this.parts.applicationRawId)].map((identifier) => ({
      identifier,
      isMuted: false,
      isOnHold: false,
    }));
  }

  /** Reports to the operation's own address when it gave one, to the call's otherwise. */
  reporter(operationCallbackUrl?: string): (event: CallEvent) => void {
    return (event) => {
      this.#services.callbacks.send(event, operationCallbackUrl ?? this.parts.callbackUrl);
    };
  }

  /** Answers the ringing leg; the outcome is reported by callbacks. */
  async answer(ringing: RingingLeg): Promise<void> {
    try {
      const leg = await ringing.answer();
      if (this.#state.phase === 'connecting') this.#connected(leg);
      else {
        await leg.hangUp();
        this.#end({ by: 'application' });
      }
    } catch (error) {
      const gone = error instanceof LegGone;
      if (!gone) this.#services.log.error({ correlationId: this.ids.correlationId, err: error }, 'answer failed');
      const result = gone ? results.callerGoneBeforeAnswer : results.internalError;
      this.reporter()(answerFailed(result, this.parts.operationContext));
      this.#end({ by: 'caller-before-answer' });
    }
  }

  /** Hangs up for everybody; does nothing when that is under way. */
  hangUp(): void {
    const state = this.#state;
    switch (state.phase) {
      case 'connecting':
        this.#state = { phase: 'disconnecting', media: undefined };
        return;
      case 'connected':
      case 'transferring':
        this.#state = { phase: 'disconnecting', media: state.media };
        void this.#giveUpLeg(state.media.leg);
        return;
      case 'transfer-accepted':
      case 'disconnecting':
      case 'ended':
        return;
    }
  }

  /** False when the call is not in the phase for it. */
  transfer(order: TransferOrder): boolean {
    if (this.#state.phase !== 'connected') return false;
    this.#state = { phase: 'transferring', media: this.#state.media, transfer: order, referAccepted: false };
    void this.#runTransfer(order, this.#state.media.leg);
    return true;
  }

  #connected(leg: ActiveLeg): void {
    const media = this.#services.openMedia(leg);
    this.#state = { phase: 'connected', media };
    const report = this.reporter();
    report(callConnected(this.parts.operationContext));
    this.#rosterSequence += 1;
    report(participantsUpdated(this.participants(), this.#rosterSequence));
    if (this.parts.startMediaStreaming) media.streaming?.start(this.parts.operationContext, report);
    void leg.ended.then((end) => {
      this.#legEnded(end);
    });
  }

  async #runTransfer(order: TransferOrder, leg: ActiveLeg): Promise<void> {
    const { telephony, settings, sipDomain, referrals, traces } = this.#services;
    const outcome = await transferCaller(order, leg, {
      telephony,
      traces,
      settings: settings.current,
      sipDomain,
      referrals,
      callIds: this.ids,
      transferorRawId: this.parts.applicationRawId,
      signal: this.#transferAbort.signal,
      onReferAccepted: () => {
        if (this.#state.phase === 'transferring') this.#state = { ...this.#state, referAccepted: true };
      },
    }).catch((error: unknown): TransferResult => {
      this.#services.log.error({ correlationId: this.ids.correlationId, err: error }, 'transfer broke');
      return { kind: 'failed', result: results.internalError };
    });
    if (this.#state.phase === 'transferring') this.#transferred(order, outcome, this.#state.media);
    else if (outcome.kind === 'joined') await outcome.leg.hangUp();
  }

  #transferred(order: TransferOrder, outcome: TransferResult, media: CallMedia): void {
    if (outcome.kind === 'failed') {
      this.#state = { phase: 'connected', media };
      this.#reportTransfer(order, callTransferFailed(outcome.result, order.operationContext));
      return;
    }
    this.#state = { phase: 'transfer-accepted', media };
    this.#reportAccepted(order);
    if (outcome.kind === 'referred') {
      void this.#giveUpLeg(media.leg);
      return;
    }
    media.end();
    this.#services.joined.join(media.leg, outcome.leg, this.ids.correlationId);
    this.#end({ by: 'transfer' });
  }

  #reportAccepted(order: TransferOrder): void {
    this.#reportTransfer(
      order,
      callTransferAccepted(phoneIdentifier(order.target), this.caller, order.operationContext),
    );
  }

  #reportTransfer(order: TransferOrder, event: CallEvent): void {
    this.reporter(order.operationCallbackUrl)(event);
  }

  async #giveUpLeg(leg: ActiveLeg): Promise<void> {
    await leg.hangUp();
    this.#legEnded({ by: 'us', detail: 'hung up' });
  }

  #legEnded(leg: LegEnd): void {
    const state = this.#state;
    if (state.phase === 'ended') return;
    const end = endOfLeg(state.phase, leg.by, state.phase === 'transferring' && state.referAccepted);
    if (end.by === 'transfer' && state.phase === 'transferring') this.#reportAccepted(state.transfer);
    this.#end(end, leg.detail);
  }

  /** `detail` is the leg's word on it, bounded and safe to log. */
  #end(end: CallEnd, detail?: string): void {
    if (this.#state.phase === 'ended') return;
    const media = this.media;
    this.#state = { phase: 'ended' };
    this.#transferAbort.abort();
    media?.end();
    this.#services.onEnded();
    this.reporter()(callDisconnected(disconnectResult(end), this.parts.operationContext));
    this.#services.log.info({ correlationId: this.ids.correlationId, by: end.by, detail }, 'call ended');
    this.#ended.resolve(undefined);
  }
}
