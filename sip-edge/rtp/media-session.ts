/** The sound of one leg: a pair of ports, both directions, paced by the shared ticker, with one end. */
import type { LegAudio, LegAudioStats, Tone } from '../leg.ts';
import { LegGone } from '../leg.ts';
import type { Law } from './g711.ts';
import { IncomingAudio } from './incoming-audio.ts';
import { isSilent } from './level.ts';
import { OutgoingAudio } from './outgoing-audio.ts';
import { parseRtp, serializeRtp } from './packet.ts';
import type { PortPair, PortPool } from './port-pool.ts';
import { type MediaAddress, SourceLatch } from './source-latch.ts';
import type { Ticker } from './ticker.ts';

/** What offer and answer agreed on. */
export interface NegotiatedMedia {
  /** Where the peer wants its sound; undefined while it wants none (hold, c=0.0.0.0). */
  readonly remote: MediaAddress | undefined;
  /** Whether the peer's sound is taken. */
  readonly receives: boolean;
  readonly law: Law;
  readonly audioPayloadType: number;
  /** Every payload type that may come. */
  readonly laws: ReadonlyMap<number, Law>;
  readonly telephoneEventPayloadType: number | undefined;
}

export interface MediaSession {
  readonly audio: LegAudio;
  readonly localPort: number;
  /** Beats of this leg that went wrong. */
  readonly failedTicks: number;
  /** Calls back once, with what the first beat to go wrong threw; at once if that has happened already. One listener. */
  onFailure(listener: (error: unknown) => void): void;
  /** Begins or changes the exchange; sound flows from the first call on. */
  apply(media: NegotiatedMedia): void;
  /** Frees the ports and settles what waits; idempotent. */
  end(): void;
}

export async function openMedia(pool: PortPool, ticker: Ticker, signallingAddress: string): Promise<MediaSession> {
  return new UdpMediaSession(await pool.open(), ticker, signallingAddress);
}

class UdpMediaSession implements MediaSession {
  readonly audio: LegAudio;
  readonly localPort: number;
  readonly #pair: PortPair;
  readonly #ticker: Ticker;
  readonly #latch: SourceLatch;
  readonly #incoming = new IncomingAudio();
  readonly #outgoing = new OutgoingAudio();
  readonly #frameListeners = new Set<(frame: Int16Array, silent: boolean) => void>();
  readonly #toneListeners = new Set<(tone: Tone) => void>();
  readonly #waitingForTones = new Set<(error: LegGone) => void>();
  #source: (() => Int16Array | undefined) | undefined;
  #packetsSent = 0;
  #failedTicks = 0;
  #firstFailure: unknown;
  #failureListener: ((error: unknown) => void) | undefined;
  #state:
    | { readonly name: 'waiting' }
    | { readonly name: 'flowing'; readonly media: NegotiatedMedia; readonly leaveTicker: () => void }
    | { readonly name: 'ended'; readonly law: Law } = { name: 'waiting' };

  constructor(pair: PortPair, ticker: Ticker, signallingAddress: string) {
    this.#pair = pair;
    this.#ticker = ticker;
    this.#latch = new SourceLatch(signallingAddress);
    this.localPort = pair.port;
    this.audio = {
      onFrame: (listener) => subscribe(this.#frameListeners, listener),
      setSource: (source) => {
        this.#source = source;
      },
      onTone: (listener) => subscribe(this.#toneListeners, listener),
      sendTones: (tones) => this.#sendTones(tones),
      stats: () => this.#stats(),
    };
    pair.socket.on('message', (bytes, source) => this.#onPacket(bytes, source));
  }

  apply(media: NegotiatedMedia): void {
    if (this.#state.name === 'ended') return;
    this.#latch.negotiate(media.remote);
    const leaveTicker =
      this.#state.name === 'flowing'
        ? this.#state.leaveTicker
        : this.#ticker.add({
            receive: () => this.#receive(),
            send: (skipped) => this.#send(skipped),
            failed: (error) => this.#failed(error),
          });
    this.#state = { name: 'flowing', media, leaveTicker };
  }

  get failedTicks(): number {
    return this.#failedTicks;
  }

  onFailure(listener: (error: unknown) => void): void {
    this.#failureListener = listener;
    if (this.#failedTicks > 0) listener(this.#firstFailure);
  }

  end(): void {
    if (this.#state.name === 'ended') return;
    const law = this.#state.name === 'flowing' ? this.#state.media.law : 'PCMU';
    if (this.#state.name === 'flowing') this.#state.leaveTicker();
    this.#state = { name: 'ended', law };
    this.#pair.close();
    this.#source = undefined;
    this.#frameListeners.clear();
    this.#toneListeners.clear();
    for (const reject of this.#waitingForTones) reject(new LegGone('the leg ended'));
    this.#waitingForTones.clear();
  }

  #onPacket(bytes: Buffer, source: MediaAddress): void {
    if (this.#state.name !== 'flowing' || !this.#latch.admits(source, this.#ticker.nowMs())) return;
    const packet = parseRtp(bytes);
    if (packet === undefined) return;
    const { media } = this.#state;
    const received = this.#incoming.receive(packet, {
      laws: media.laws,
      telephoneEvent: media.telephoneEventPayloadType,
    });
    if (received === undefined) return;
    this.#latch.latch(source, this.#ticker.nowMs());
    if (received.tone === undefined) return;
    for (const listener of [...this.#toneListeners]) listener(received.tone);
  }

  #receive(): void {
    if (this.#state.name !== 'flowing') return;
    // Taken from the buffer even while the peer is on hold, so that nothing stale is played afterwards.
    const heard = this.#incoming.frame();
    const frame = this.#state.media.receives ? heard : new Int16Array(heard.length);
    const silent = isSilent(frame);
    for (const listener of [...this.#frameListeners]) listener(frame, silent);
  }

  #send(skippedTicks: number): void {
    if (this.#state.name !== 'flowing') return;
    const { media } = this.#state;
    const packets = this.#outgoing.tick(() => this.#source?.(), sentPayloads(media), skippedTicks);
    const to = media.remote === undefined ? undefined : this.#latch.destination;
    if (to === undefined) return;
    for (const packet of packets) {
      this.#packetsSent += 1;
      this.#pair.socket.send(serializeRtp(packet), to.port, to.address);
    }
  }

  #failed(error: unknown): void {
    this.#failedTicks += 1;
    if (this.#failedTicks > 1) return;
    this.#firstFailure = error;
    this.#failureListener?.(error);
  }

  #sendTones(tones: readonly Tone[]): Promise<void> {
    if (this.#state.name !== 'flowing') return Promise.reject(new LegGone('the leg has ended'));
    const { media } = this.#state;
    return new Promise((resolve, reject) => {
      this.#waitingForTones.add(reject);
      this.#outgoing.press(tones, sentPayloads(media), () => {
        this.#waitingForTones.delete(reject);
        resolve();
      });
    });
  }

  #stats(): LegAudioStats {
    const { received, lost, late, framesConcealed } = this.#incoming.stats();
    const state = this.#state;
    return {
      packetsReceived: received,
      packetsSent: this.#packetsSent,
      packetsLost: lost,
      packetsLate: late,
      framesConcealed,
      codec: state.name === 'flowing' ? state.media.law : state.name === 'ended' ? state.law : 'PCMU',
    };
  }
}

function sentPayloads({ law, audioPayloadType, telephoneEventPayloadType }: NegotiatedMedia): {
  readonly law: Law;
  readonly audio: number;
  readonly telephoneEvent: number | undefined;
} {
  return { law, audio: audioPayloadType, telephoneEvent: telephoneEventPayloadType };
}

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
