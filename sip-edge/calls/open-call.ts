/** Makes the call an application has taken, with everything that hangs on it, and starts answering its leg. */
import { randomUUID } from 'node:crypto';
import type { CallbackSender } from '../callbacks/delivery.ts';
import type { Telephony } from '../leg.ts';
import { MediaSubscription, type SubscriptionDependencies } from '../media-streaming/subscription.ts';
import type { Recordings } from '../recording/recordings.ts';
import type { Traces } from '../telemetry/traces.ts';
import { Call, type CallParts } from './call.ts';
import { CallMedia } from './call-media.ts';
import type { CallRegistry } from './call-registry.ts';
import type { JoinedCalls } from './joined-calls.ts';
import type { Referrals } from './referrals.ts';
import type { IncomingCall } from './incoming-calls.ts';
import type { PromptLoader } from './prompt-source.ts';

interface CallOpenerServices {
  readonly applicationRawId: string;
  readonly sipDomain: string;
  readonly referrals: Referrals;
  readonly telephony: Telephony;
  readonly joined: JoinedCalls;
  readonly calls: CallRegistry;
  readonly prompts: PromptLoader;
  readonly recordings: Recordings | undefined;
  readonly callbacks: CallbackSender;
  readonly traces: Traces;
  readonly streaming: SubscriptionDependencies;
}

/** What the answer request decides. */
type AnswerOrder = Omit<CallParts, 'ids' | 'from' | 'to' | 'applicationRawId'>;

export type OpenCall = (incoming: IncomingCall, order: AnswerOrder) => Call;

export function createCallOpener(services: CallOpenerServices): OpenCall {
  const {
    applicationRawId,
    sipDomain,
    referrals,
    telephony,
    joined,
    calls,
    prompts,
    recordings,
    callbacks,
    traces,
    streaming,
  } = services;
  const { settings, log } = streaming;
  return ({ leg: ringing, correlationId, serverCallId }, order) => {
    const ids = { callConnectionId: randomUUID(), serverCallId, correlationId };
    const call: Call = new Call(
      { ids, from: ringing.from, to: ringing.to, applicationRawId, ...order },
      {
        telephony,
        joined,
        settings,
        sipDomain,
        referrals,
        traces,
        log,
        callbacks: callbacks.forCall(ids),
        openMedia: (leg) =>
          new CallMedia(ids, leg, prompts, (voice) =>
            order.mediaStreaming === undefined
              ? undefined
              : new MediaSubscription(
                  { ids, audio: leg.audio, voice, callerRawId: call.caller.rawId },
                  order.mediaStreaming,
                  streaming,
                ),
          ),
        onEnded: () => {
          calls.remove(ids.callConnectionId);
          void recordings?.stopAllOf(ids);
        },
      },
    );
    calls.add(call);
    void call.answer(ringing);
    return call;
  };
}
