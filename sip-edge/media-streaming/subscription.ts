/** The media streaming of one call: when the socket opens, what it says about itself in callbacks, and when it is opened again. */
import {
  mediaStreamingFailed,
  mediaStreamingStarted,
  mediaStreamingStopped,
  type CallEvent,
  type MediaStreamingDetails,
} from '../callbacks/events.ts';
import { results } from '../callbacks/results.ts';
import { MEDIA_TOKEN_LIFETIME_S, type SigningKey } from '../callbacks/signing-key.ts';
import type { CallIds } from '../callbacks/envelope.ts';
import type { Voice } from '../calls/voice.ts';
import type { Faults } from '../faults.ts';
import type { LegAudio } from '../leg.ts';
import type { Log } from '../log.ts';
import type { SettingsStore } from '../settings.ts';
import { AudioStream } from './audio-stream.ts';
import type { AudioFormat } from './messages.ts';
import { MediaSocket, type SocketEnd } from './media-socket.ts';

export interface MediaStreamingOptions {
  readonly subscriptionId: string;
  readonly transportUrl: string;
  readonly channelType: 'mixed' | 'unmixed';
  readonly format: AudioFormat;
  readonly bidirectional: boolean;
  readonly dtmf: boolean;
}

export interface SubscriptionDependencies {
  readonly key: SigningKey;
  readonly settings: SettingsStore;
  readonly faults: Faults;
  readonly log: Log;
}

export interface SubscriptionCall {
  readonly ids: CallIds;
  readonly audio: LegAudio;
  readonly voice: Voice;
  readonly callerRawId: string;
}

type Report = (event: CallEvent) => void;

interface Order {
  readonly operationContext: string | undefined;
  readonly report: Report;
}

type State =
  | { readonly phase: 'inactive' }
  /** `attempt` counts from 0 for the first connection; after a loss it counts the attempts to get it back. */
  | {
      readonly phase: 'connecting';
      readonly order: Order;
      readonly attempt: number;
      readonly again: boolean;
      readonly socket: MediaSocket | undefined;
    }
  | { readonly phase: 'waiting'; readonly order: Order; readonly timer: NodeJS.Timeout }
  | { readonly phase: 'active'; readonly order: Order; readonly socket: MediaSocket; readonly stream: AudioStream }
  | { readonly phase: 'ended' };

export class MediaSubscription {
  readonly #call: SubscriptionCall;
  readonly #options: MediaStreamingOptions;
  readonly #dependencies: SubscriptionDependencies;
  #state: State = { phase: 'inactive' };

  constructor(call: SubscriptionCall, options: MediaStreamingOptions, dependencies: SubscriptionDependencies) {
    this.#call = call;
    this.#options = options;
    this.#dependencies = dependencies;
  }

  get state(): 'inactive' | 'active' {
    return this.#state.phase === 'active' ? 'active' : 'inactive';
  }

  /** False when it is started already. */
  start(operationContext: string | undefined, report: Report): boolean {
    if (this.#state.phase !== 'inactive') return false;
    this.#tryToConnect({ operationContext, report }, 0, false);
    return true;
  }

  /** False when it is not started. */
  stop(operationContext: string | undefined, report: Report): boolean {
    if (this.#state.phase === 'inactive' || this.#state.phase === 'ended') return false;
    this.#release({ phase: 'inactive' });
    report(mediaStreamingStopped('subscriptionStopped', operationContext));
    return true;
  }

  /** With the call; reports a stop if it ran. */
  end(): void {
    const state = this.#state;
    if (state.phase === 'ended') return;
    this.#release({ phase: 'ended' });
    if (state.phase === 'inactive') return;
    state.order.report(mediaStreamingStopped('subscriptionStopped', state.order.operationContext));
  }

  /** An address that the client refuses, or a token that cannot be signed, is a failed connection like any other. */
  #tryToConnect(order: Order, attempt: number, again: boolean): void {
    this.#connect(order, attempt, again).catch((error: unknown) => {
      // The message may hold the address, and that a secret.
      const reason = error instanceof Error ? error.name : 'unknown';
      this.#dependencies.log.error({ ...this.#logFields(), reason }, 'media socket could not be made');
      if (this.#state.phase !== 'connecting' || this.#state.order !== order) return;
      this.#connectionFailed(order, attempt, again, { kind: 'unreachable' });
    });
  }

  async #connect(order: Order, attempt: number, again: boolean): Promise<void> {
    const connecting: State = { phase: 'connecting', order, attempt, again, socket: undefined };
    this.#state = connecting;
    const token = await this.#dependencies.key.sign(MEDIA_TOKEN_LIFETIME_S);
    const fault = this.#dependencies.faults.take('media-socket', ({ status }) => status !== undefined);
    // `stop` or `end` may have come while the token was signed.
    if (!this.#isStill(connecting)) return;
    if (fault?.status !== undefined) {
      this.#connectionFailed(order, attempt, again, { kind: 'refused', status: fault.status });
      return;
    }
    const { ids } = this.#call;
    const socket = new MediaSocket(
      this.#options.transportUrl,
      {
        authorization: `Bearer ${token}`,
        'x-ms-call-connection-id': ids.callConnectionId,
        'x-ms-call-correlation-id': ids.correlationId,
      },
      {
        onOpen: () => this.#opened(socket, order, again),
        onText: (text) => {
          if (this.#state.phase === 'active') this.#state.stream.take(text);
        },
        onBinary: () =>
          this.#dependencies.log.warn({ ...this.#logFields(), why: 'binary message' }, 'media message ignored'),
        onEnd: (end) => this.#socketEnded(socket, end),
      },
    );
    this.#state = { phase: 'connecting', order, attempt, again, socket };
  }

  #isStill(state: State): boolean {
    return this.#state === state;
  }

  #opened(socket: MediaSocket, order: Order, again: boolean): void {
    if (this.#state.phase !== 'connecting' || this.#state.socket !== socket) return;
    const { settings, faults, log } = this.#dependencies;
    const stream = new AudioStream(this.#call, this.#options, {
      socket,
      outboundBufferMs: settings.current.media.outboundBufferMs,
      faults,
      log,
    });
    this.#state = { phase: 'active', order, socket, stream };
    log.info({ ...this.#logFields(), state: again ? 'reestablished' : 'started' }, 'media streaming');
    const details: MediaStreamingDetails = again ? 'streamConnectionReestablished' : 'subscriptionStarted';
    order.report(mediaStreamingStarted(details, order.operationContext));
  }

  #socketEnded(socket: MediaSocket, end: SocketEnd): void {
    const state = this.#state;
    if (state.phase === 'connecting' && state.socket === socket) {
      this.#connectionFailed(state.order, state.attempt, state.again, end);
    } else if (state.phase === 'active' && state.socket === socket) {
      state.stream.end();
      if (this.#dependencies.settings.current.media.reconnectAttempts > 0) this.#waitAndConnect(state.order, 1);
      else this.#fail(state.order, 'streamConnectionInterrupted', results.mediaSocketLost);
    }
  }

  #connectionFailed(order: Order, attempt: number, again: boolean, end: SocketEnd): void {
    const unauthorized = end.kind === 'refused' && (end.status === 401 || end.status === 403);
    if (again && attempt < this.#dependencies.settings.current.media.reconnectAttempts) {
      this.#waitAndConnect(order, attempt + 1);
    } else if (unauthorized) {
      this.#fail(order, 'authenticationFailure', results.mediaSocketUnauthorized);
    } else if (again) {
      this.#fail(order, 'streamConnectionInterrupted', results.mediaSocketLost);
    } else {
      this.#fail(order, 'initialWebSocketConnectionFailed', results.mediaSocketRefused);
    }
  }

  #waitAndConnect(order: Order, attempt: number): void {
    const timer = setTimeout(() => {
      this.#tryToConnect(order, attempt, true);
    }, this.#dependencies.settings.current.media.reconnectDelayMs);
    this.#state = { phase: 'waiting', order, timer };
    this.#dependencies.log.warn({ ...this.#logFields(), state: 'interrupted' }, 'media streaming');
  }

  /** The call goes on without a stream; the application may start it again. */
  #fail(order: Order, details: MediaStreamingDetails, result: Parameters<typeof mediaStreamingFailed>[1]): void {
    this.#state = { phase: 'inactive' };
    this.#dependencies.log.warn({ ...this.#logFields(), state: 'failed', details }, 'media streaming');
    order.report(mediaStreamingFailed(details, result, order.operationContext));
  }

  #release(next: State): void {
    const state = this.#state;
    this.#state = next;
    if (state.phase === 'waiting') clearTimeout(state.timer);
    if (state.phase === 'connecting') state.socket?.end();
    if (state.phase === 'active') {
      state.stream.end();
      state.socket.end();
      this.#dependencies.log.info({ ...this.#logFields(), state: 'stopped' }, 'media streaming');
    }
  }

  #logFields(): { readonly correlationId: string; readonly callConnectionId: string } {
    return { correlationId: this.#call.ids.correlationId, callConnectionId: this.#call.ids.callConnectionId };
  }
}
