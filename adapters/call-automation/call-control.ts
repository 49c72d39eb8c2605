import { CallAutomationClient, type CallAutomationClientOptions } from '@azure/communication-call-automation';
import { parseCallConnectionId, type CallConnectionId } from '#core/ids';
import type { Asked, CallControl } from '#core/ports/call-control';
import { PortError } from '#core/ports/error';
import { lazyAzureCredential } from '../identity/lazy-credential.ts';
import { isGone, portErrorOf } from './request-error.ts';
import type { CallControlConfig } from './settings.ts';
import type { CallQueues } from './telephony-settings.ts';
import { destinationOf } from './transfer-destination.ts';

/**
 * The SDK's own policy is four tries a second and more apart (acs-facts 2.7): longer than a caller waits. Who asks decides about
 * more; the retry here carries the same Repeatability-Request-ID, so that ACS does not do the thing twice.
 */
const RETRIES: NonNullable<CallAutomationClientOptions['retryOptions']> = {
  maxRetries: 1,
  retryDelayInMs: 200,
  maxRetryDelayInMs: 500,
};

/** Call Automation (acs-facts 2) as the `CallControl` port, on ACS, Teams Phone Extensibility or the SIP edge. `callQueues` are reached by their application. */
export function acsCallControl(config: CallControlConfig, callQueues: CallQueues): CallControl {
  const client = connect(config);

  /** Runs one request inside its time budget. */
  const request = async <Result>(
    name: string,
    signal: AbortSignal,
    send: (abortSignal: AbortSignal) => Promise<Result>,
  ): Promise<Result> => {
    signal.throwIfAborted();
    const budget = AbortSignal.timeout(config.requestBudgetMs);
    try {
      return await send(AbortSignal.any([signal, budget]));
    } catch (error) {
      signal.throwIfAborted();
      throw portErrorOf(name, error, budget.aborted ? config.requestBudgetMs : undefined);
    }
  };
  /** The same for a call that may be over already: to be late is no error. */
  const ask = async (
    name: string,
    signal: AbortSignal,
    send: (abortSignal: AbortSignal) => Promise<unknown>,
  ): Promise<Asked> => {
    try {
      await request(name, signal, send);
      return 'asked';
    } catch (error) {
      if (isGone(error)) return 'gone';
      throw error;
    }
  };

  return {
    answer: async ({ incomingCallContext, callbackUri, mediaUri }, signal) => {
      const answered = await request('answer', signal, (abortSignal) =>
        client.answerCall(incomingCallContext, callbackUri, {
          abortSignal,
          ...(config.cognitiveServicesEndpoint === undefined
            ? {}
            : { callIntelligenceOptions: { cognitiveServicesEndpoint: config.cognitiveServicesEndpoint } }),
          mediaStreamingOptions: {
            transportUrl: mediaUri,
            transportType: 'websocket',
            contentType: 'audio',
            // One caller, and our own voice is not in it: mixed is the caller.
            audioChannelType: 'mixed',
            audioFormat: 'pcm16KMono',
            startMediaStreaming: true,
            // Without this, audio we send is ignored without a word (acs-facts 11).
            enableBidirectional: true,
            enableDtmfTones: true,
          },
        }),
      );
      return connectionIdOf(answered.callConnectionProperties.callConnectionId);
    },

    redirect: async (incomingCallContext, target, signal) => {
      await request('redirect', signal, (abortSignal) =>
        client.redirectCall(incomingCallContext, { targetParticipant: { phoneNumber: target } }, { abortSignal }),
      );
    },

    reject: async (incomingCallContext, reason, signal) => {
      await request('reject', signal, (abortSignal) =>
        client.rejectCall(incomingCallContext, { callRejectReason: reason, abortSignal }),
      );
    },

    transfer: (transfer, signal) => {
      const { target, context } = destinationOf(transfer, callQueues);
      return ask('transfer', signal, (abortSignal) =>
        client.getCallConnection(transfer.connectionId).transferCallToParticipant(target, {
          abortSignal,
          operationContext: transfer.transferId,
          operationCallbackUrl: transfer.callbackUri,
          customCallingContext: context,
          ...(transfer.caller.kind === 'number' ? { transferee: { phoneNumber: transfer.caller.number } } : {}),
          ...(transfer.callerId === undefined ? {} : { sourceCallIdNumber: { phoneNumber: transfer.callerId } }),
        }),
      );
    },

    hangUp: (connectionId, signal) =>
      ask('hang-up', signal, (abortSignal) => client.getCallConnection(connectionId).hangUp(true, { abortSignal })),

    startMedia: (connectionId, signal) =>
      ask('start-media', signal, (abortSignal) =>
        client.getCallConnection(connectionId).getCallMedia().startMediaStreaming({ abortSignal }),
      ),

    look: async (connectionId, signal) => {
      try {
        const properties = await request('look', signal, (abortSignal) =>
          client.getCallConnection(connectionId).getCallConnectionProperties({ abortSignal }),
        );
        const { callConnectionState, mediaStreamingSubscription } = properties;
        if (callConnectionState === 'disconnected') return 'gone';
        return mediaStreamingSubscription?.state === 'active' ? 'streaming' : 'silent';
      } catch (error) {
        if (isGone(error)) return 'gone';
        throw error;
      }
    },

    listenForKeys: (connectionId, caller, signal) =>
      ask('listen-for-keys', signal, (abortSignal) =>
        withinSignal(
          client
            .getCallConnection(connectionId)
            .getCallMedia()
            .startContinuousDtmfRecognition(
              // Raw id of a caller who withheld the number (acs-facts 2.3).
              caller.kind === 'number' ? { phoneNumber: caller.number } : { id: '4:anonymous' },
            ),
          abortSignal,
        ),
      ),

    playText: ({ connectionId, playId, text, voice, callbackUri }, signal) =>
      ask('play', signal, (abortSignal) =>
        client
          .getCallConnection(connectionId)
          .getCallMedia()
          .playToAll([{ kind: 'textSource', text, voiceName: voice }], {
            abortSignal,
            operationContext: playId,
            operationCallbackUrl: callbackUri,
          }),
      ),
  };
}

/** For an operation to which the SDK gives no abort signal: the request may go on, nobody waits for it. */
async function withinSignal<Result>(sent: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const given = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { signal: given.signal });
  });
  try {
    return await Promise.race([sent, aborted]);
  } finally {
    given.abort();
  }
}

function connect(config: CallControlConfig): CallAutomationClient {
  const options: CallAutomationClientOptions = {
    retryOptions: RETRIES,
    // Whether plain http is meant is decided where settings are read; the SDK would refuse it a second time.
    allowInsecureConnection: config.endpoint.startsWith('http:'),
  };
  return config.accessKey === undefined
    ? new CallAutomationClient(config.endpoint, lazyAzureCredential(), options)
    : new CallAutomationClient(`endpoint=${config.endpoint};accesskey=${config.accessKey}`, options);
}

function connectionIdOf(text: string | undefined): CallConnectionId {
  const id = parseCallConnectionId(text ?? '');
  if (id === undefined) {
    throw new PortError('call-control', 'the answer came back without a call connection id', { retryable: false });
  }
  return id;
}
