/** What flows over an open media socket: the caller's frames and keys out, the application's audio in. */
import { bytesOf, samplesOf, SAMPLE_RATE_HZ } from '../audio/frames.ts';
import { Resampler } from '../audio/resampler.ts';
import type { Faults } from '../faults.ts';
import type { Unsubscribe } from '../leg.ts';
import type { Log } from '../log.ts';
import type { MediaSocket } from './media-socket.ts';
import { audioData, audioMetadata, dtmfData, parseInboundMessage } from './messages.ts';
import { OutboundBuffer } from './outbound-buffer.ts';
import type { MediaStreamingOptions, SubscriptionCall } from './subscription.ts';

interface StreamParts {
  readonly socket: MediaSocket;
  readonly outboundBufferMs: number;
  readonly faults: Faults;
  readonly log: Log;
}

export class AudioStream {
  readonly #call: SubscriptionCall;
  readonly #options: MediaStreamingOptions;
  readonly #parts: StreamParts;
  readonly #buffer: OutboundBuffer;
  readonly #toApplication: Resampler | undefined;
  readonly #toCaller: Resampler | undefined;
  readonly #subscriptions: Unsubscribe[] = [];
  /** Each kind of trouble is logged at its first time and counted for the rest of the stream. */
  readonly #troubles = new Map<string, number>();
  #faultTimer: NodeJS.Timeout | undefined;

  constructor(call: SubscriptionCall, options: MediaStreamingOptions, parts: StreamParts) {
    this.#call = call;
    this.#options = options;
    this.#parts = parts;
    this.#buffer = new OutboundBuffer(parts.outboundBufferMs);
    const { sampleRateHz } = options.format;
    if (sampleRateHz !== SAMPLE_RATE_HZ) {
      this.#toApplication = new Resampler(SAMPLE_RATE_HZ, sampleRateHz);
      this.#toCaller = new Resampler(sampleRateHz, SAMPLE_RATE_HZ);
    }
    parts.socket.send(audioMetadata(options.subscriptionId, options.format));
    this.#subscriptions.push(call.audio.onFrame((frame, silent) => this.#sendFrame(frame, silent)));
    if (options.dtmf) this.#subscriptions.push(call.audio.onTone((tone) => parts.socket.send(dtmfData(tone))));
    if (options.bidirectional) call.voice.setStream(() => this.#buffer.pull());
  }

  /** A text message of the application. Without `enableBidirectional` what it sends is ignored (acs-facts 4.2). */
  take(text: string): void {
    const message = parseInboundMessage(text);
    switch (message.kind) {
      case 'audio':
        if (this.#options.bidirectional) this.#play(message.pcm);
        return;
      case 'stop-audio':
        this.#buffer.clear();
        return;
      case 'unknown':
        this.#trouble('unknown kind', 1);
        return;
      case 'malformed':
        this.#trouble(message.why, 1);
        return;
    }
  }

  end(): void {
    for (const unsubscribe of this.#subscriptions.splice(0)) unsubscribe();
    if (this.#options.bidirectional) this.#call.voice.setStream(undefined);
    clearTimeout(this.#faultTimer);
    if (this.#parts.socket.skippedFrames > 0) this.#troubles.set('frames skipped', this.#parts.socket.skippedFrames);
    if (this.#troubles.size === 0) return;
    const { correlationId } = this.#call.ids;
    this.#parts.log.warn({ correlationId, counts: Object.fromEntries(this.#troubles) }, 'media stream had trouble');
  }

  #sendFrame(frame: Int16Array, silent: boolean): void {
    const { socket } = this.#parts;
    const samples = this.#toApplication?.convert(frame) ?? frame;
    const participant = this.#options.channelType === 'unmixed' ? this.#call.callerRawId : undefined;
    socket.send(audioData(new Date(), participant, bytesOf(samples), silent));
    this.#applyFault();
  }

  #play(pcm: Buffer): void {
    if (pcm.length % 2 === 1) this.#trouble('odd number of bytes', 1);
    const samples = samplesOf(pcm);
    const dropped = this.#buffer.push(this.#toCaller?.convert(samples) ?? samples);
    if (dropped > 0) this.#trouble('outbound buffer full, samples dropped', dropped);
  }

  #applyFault(): void {
    if (this.#faultTimer !== undefined) return;
    const fault = this.#parts.faults.take('media-socket', ({ drop }) => drop === true);
    if (fault === undefined) return;
    this.#faultTimer = setTimeout(() => {
      this.#parts.socket.cut();
    }, fault.delayMs ?? 0);
  }

  #trouble(why: string, count: number): void {
    const before = this.#troubles.get(why) ?? 0;
    this.#troubles.set(why, before + count);
    if (before === 0) {
      this.#parts.log.warn({ correlationId: this.#call.ids.correlationId, why }, 'media message ignored');
    }
  }
}
