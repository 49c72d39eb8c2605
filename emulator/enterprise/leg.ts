import { randomUUID } from 'node:crypto';
import {
  type IncomingInviteRequest,
  type IncomingReferRequest,
  type OutgoingInviteRequest,
  type Session,
} from 'sip.js/lib/core/index.js';
import { RtpPort } from './audio/rtp-port.ts';
import type { CallCore, SipEndpoint } from './sip/endpoint.ts';
import { readSdp, writeSdp, type Codec } from './sip/sdp.ts';
import { writeInvite, type OutgoingCall } from './sip/invite.ts';
import { Refer } from './refer.ts';

/** How a leg came to its end. `status` is the SIP status of the refusal. */
export type LegEnd =
  | { readonly by: 'us' }
  | { readonly by: 'peer' }
  | { readonly by: 'cancelled' }
  /** The connection to the peer broke. */
  | { readonly by: 'lost' }
  | { readonly by: 'refused'; readonly status: number };

export interface LegListener {
  /** A provisional answer above 100. */
  onRinging?(status: number): void;
  onAnswered?(): void;
  onRefer?(refer: Refer): void;
  onAudio?(samples: Int16Array): void;
  onKey?(key: string): void;
  onEnded(end: LegEnd): void;
}

type Phase =
  | { readonly is: 'calling'; readonly request: OutgoingInviteRequest }
  | { readonly is: 'cancelling' }
  | { readonly is: 'offered'; readonly request: IncomingInviteRequest; readonly codec: Codec }
  /** Answered by us; a BYE has to wait for the ACK (RFC 3261 section 15). */
  | { readonly is: 'answered'; readonly session: Session; readonly acknowledged: boolean; readonly isLeaving: boolean }
  | { readonly is: 'ended'; readonly end: LegEnd };

interface LegParts {
  readonly callId: string;
  readonly call: CallCore;
  readonly audio: RtpPort;
  /** Where our audio is received. */
  readonly host: string;
  readonly takesRefer: boolean;
  readonly listener: LegListener;
}

const BODY = { contentDisposition: 'session', contentType: 'application/sdp' };

/** One SIP dialog and its audio, in either direction. */
export class Leg {
  readonly callId: string;
  readonly #call: CallCore;
  readonly #audio: RtpPort;
  readonly #listener: LegListener;
  readonly #host: string;
  readonly #takesRefer: boolean;
  #phase: Phase;
  #codec: Codec = 'PCMU';
  #openRefers = 0;

  private constructor(parts: LegParts, begin: (leg: Leg) => Phase) {
    this.callId = parts.callId;
    this.#call = parts.call;
    this.#audio = parts.audio;
    this.#host = parts.host;
    this.#takesRefer = parts.takesRefer;
    this.#listener = parts.listener;
    this.#phase = begin(this);
    this.#call.lost.addEventListener('abort', () => this.#end({ by: 'lost' }), { once: true });
  }

  /** Sends the INVITE. Rejects when the peer cannot be reached at all. */
  static async callOut(endpoint: SipEndpoint, options: OutgoingCall, listener: LegListener): Promise<Leg> {
    const callId = `${randomUUID()}@${endpoint.domain}`;
    const call = await endpoint.open(callId, options.from, options.peer);
    const audio = await openAudio(endpoint.host, listener, options.lossRate);
    const { core } = call;
    const message = writeInvite(core, callId, options, endpoint, audio.port);
    const parts = { callId, call, audio, host: endpoint.host, takesRefer: options.takesRefer, listener };
    return new Leg(parts, (leg) => ({
      is: 'calling',
      request: core.invite(message, {
        onProgress: ({ message: { statusCode } }) => listener.onRinging?.(statusCode ?? 180),
        onAccept: (response) => {
          response.ack();
          leg.#accepted(response.session, response.message.body);
        },
        onReject: ({ message: { statusCode } }) => leg.#refused(statusCode ?? 500),
        onRedirect: ({ message: { statusCode } }) => leg.#refused(statusCode ?? 300),
      }),
    }));
  }

  /** Takes up an INVITE; `undefined` when it was refused because there is no audio to agree on. */
  static async takeUp(
    endpoint: SipEndpoint,
    request: IncomingInviteRequest,
    call: CallCore,
    listener: LegListener,
  ): Promise<Leg | undefined> {
    // The caller may give up while the audio port is being opened.
    const givenUp = new AbortController();
    request.delegate = { onCancel: () => givenUp.abort() };
    request.trying();
    const offer = readSdp(request.message.body);
    const codec = offer?.codecs[0];
    if (!offer || !codec) {
      request.reject({ statusCode: 488 });
      call.dispose();
      return undefined;
    }
    const audio = await openAudio(endpoint.host, listener, 0);
    audio.connect(offer, codec);
    const { callId } = request.message;
    const parts = { callId, call, audio, host: endpoint.host, takesRefer: true, listener };
    const leg = new Leg(parts, () => ({ is: 'offered', request, codec }));
    leg.#codec = codec;
    request.delegate = { onCancel: () => leg.#cancelled() };
    if (givenUp.signal.aborted) leg.#cancelled();
    return leg;
  }

  get isAnswered(): boolean {
    return this.#phase.is === 'answered';
  }

  ring(): void {
    if (this.#phase.is === 'offered') this.#phase.request.progress({ statusCode: 180 });
  }

  answer(): void {
    if (this.#phase.is !== 'offered') return;
    const { session } = this.#phase.request.accept({ statusCode: 200, body: this.#sdp() });
    this.#phase = { is: 'answered', session, acknowledged: false, isLeaving: false };
    this.#follow(session);
    this.#listener.onAnswered?.();
  }

  refuse(status: number): void {
    if (this.#phase.is !== 'offered') return;
    this.#phase.request.reject({ statusCode: status });
    this.#end({ by: 'us' });
  }

  /** Once every 20 ms: audio for the peer. */
  sendFrame(samples: Int16Array): void {
    if (this.#phase.is === 'answered') this.#audio.sendFrame(samples);
  }

  press(keys: string): Promise<void> {
    return this.#audio.press(keys);
  }

  /** Ends the leg in the way its phase asks for: CANCEL, a refusal, or BYE. Idempotent. */
  hangUp(): void {
    const phase = this.#phase;
    switch (phase.is) {
      case 'calling':
        this.#phase = { is: 'cancelling' };
        phase.request.cancel();
        return;
      case 'offered':
        this.refuse(480);
        return;
      case 'answered':
        if (phase.acknowledged) {
          phase.session.bye();
          this.#end({ by: 'us' });
        } else {
          this.#phase = { ...phase, isLeaving: true };
        }
        return;
      case 'cancelling':
      case 'ended':
        return;
      default:
        phase satisfies never;
    }
  }

  #accepted(session: Session, answer: string): void {
    // The 200 and our CANCEL crossed (RFC 3261 section 9.1): the call exists, so it needs a BYE.
    const isLate = this.#phase.is !== 'calling';
    const media = readSdp(answer);
    const codec = media?.codecs[0];
    if (isLate || !media || !codec) {
      session.bye();
      this.#end(isLate ? { by: 'cancelled' } : { by: 'us' });
      return;
    }
    this.#codec = codec;
    this.#audio.connect(media, codec);
    this.#phase = { is: 'answered', session, acknowledged: true, isLeaving: false };
    this.#follow(session);
    this.#listener.onAnswered?.();
  }

  #refused(status: number): void {
    this.#end(this.#phase.is === 'cancelling' ? { by: 'cancelled' } : { by: 'refused', status });
  }

  #cancelled(): void {
    if (this.#phase.is !== 'offered') return;
    this.#phase.request.reject({ statusCode: 487 });
    this.#end({ by: 'cancelled' });
  }

  #follow(session: Session): void {
    session.delegate = {
      onAck: () => this.#acknowledged(),
      onAckTimeout: () => this.#end({ by: 'peer' }),
      onBye: (request) => {
        request.accept();
        this.#end({ by: 'peer' });
      },
      onInvite: (request) => {
        // A session refresh or a moved media port: the answer stays the same codec.
        const media = readSdp(request.message.body);
        if (media) this.#audio.connect(media, media.codecs[0] ?? this.#codec);
        request.accept({ statusCode: 200, body: this.#sdp() });
      },
      onRefer: (request) => this.#referred(session, request),
    };
  }

  #acknowledged(): void {
    if (this.#phase.is !== 'answered') return;
    const { isLeaving } = this.#phase;
    this.#phase = { ...this.#phase, acknowledged: true };
    if (isLeaving) this.hangUp();
  }

  #referred(session: Session, request: IncomingReferRequest): void {
    if (!this.#takesRefer || !this.#listener.onRefer) {
      request.reject({ statusCode: 405 });
      return;
    }
    this.#openRefers += 1;
    const contact = this.#call.core.configuration.contact.toString();
    const refer = new Refer(request, session, contact, () => {
      this.#openRefers -= 1;
      this.#releaseCore();
    });
    this.#listener.onRefer(refer);
  }

  #sdp(): typeof BODY & { content: string } {
    return { ...BODY, content: writeSdp(this.#host, this.#audio.port, [this.#codec]) };
  }

  #end(end: LegEnd): void {
    if (this.#phase.is === 'ended') return;
    this.#phase = { is: 'ended', end };
    this.#audio.close();
    this.#releaseCore();
    this.#listener.onEnded(end);
  }

  /** A REFER outlives the dialog's call: after an early BYE (acs-facts 5.3) its NOTIFYs still have to go. */
  #releaseCore(): void {
    if (this.#phase.is === 'ended' && this.#openRefers === 0) this.#call.dispose();
  }
}

function openAudio(host: string, listener: LegListener, lossRate: number | undefined): Promise<RtpPort> {
  const audio = {
    onAudio: (samples: Int16Array) => listener.onAudio?.(samples),
    onKey: (key: string) => listener.onKey?.(key),
  };
  return RtpPort.open(host, audio, lossRate);
}
