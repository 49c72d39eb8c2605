import { SpeechSynthesisOutputFormat, SpeechSynthesizer } from 'microsoft-cognitiveservices-speech-sdk';
import type { SpeechService } from './settings.ts';
import { speechConfigFor } from './speech-config.ts';

/** The SDK's sockets stay open between utterances; more than this many wait for nobody. */
const IDLE_MAX = 8;
/** The service closes idle sockets some minutes after the last word. */
const IDLE_MAX_MS = 60_000;

interface PooledSynthesiser {
  readonly synthesiser: SpeechSynthesizer;
  /** A socket that waited may have been closed by the service in this very moment: its first failure says little. */
  readonly hasWaited: boolean;
}

/**
 * Synthesisers whose socket is open already: connecting costs a reply three round trips. One is used by one utterance at a time. One whose
 * utterance was cut short is closed, not returned: the service would go on sending the old audio.
 */
export class SynthesiserPool {
  readonly #service: SpeechService;
  readonly #idle: { readonly synthesiser: SpeechSynthesizer; readonly expiry: NodeJS.Timeout }[] = [];
  #closed = false;

  constructor(service: SpeechService) {
    this.#service = service;
  }

  /** Opens one socket ahead of need. A failure shows when it is used. */
  warm(): void {
    if (this.#closed || this.#idle.length > 0) return;
    const synthesiser = this.#make();
    connect(synthesiser);
    this.giveBack(synthesiser);
  }

  take(): PooledSynthesiser {
    const waiting = this.#idle.pop();
    if (waiting === undefined) return { synthesiser: this.#make(), hasWaited: false };
    clearTimeout(waiting.expiry);
    return { synthesiser: waiting.synthesiser, hasWaited: true };
  }

  giveBack(synthesiser: SpeechSynthesizer): void {
    if (this.#closed || this.#idle.length >= IDLE_MAX) {
      discard(synthesiser);
      return;
    }
    const expiry = setTimeout(() => this.#expire(synthesiser), IDLE_MAX_MS).unref();
    this.#idle.push({ synthesiser, expiry });
  }

  close(): void {
    this.#closed = true;
    for (const { synthesiser, expiry } of this.#idle.splice(0)) {
      clearTimeout(expiry);
      discard(synthesiser);
    }
  }

  #expire(synthesiser: SpeechSynthesizer): void {
    const index = this.#idle.findIndex((entry) => entry.synthesiser === synthesiser);
    if (index >= 0) this.#idle.splice(index, 1);
    discard(synthesiser);
  }

  #make(): SpeechSynthesizer {
    const config = speechConfigFor(this.#service);
    config.speechSynthesisOutputFormat = SpeechSynthesisOutputFormat.Raw16Khz16BitMonoPcm;
    // null: no loudspeaker.
    return new SpeechSynthesizer(config, null);
  }
}

/**
 * The SDK's own way to connect ahead, `Connection.openConnection`, opens a socket that `close` does not know of until something was spoken. This is
 * what it does itself before it speaks.
 */
function connect(synthesiser: SpeechSynthesizer): void {
  const adapter = synthesiser.internalData as { readonly fetchConnection: () => Promise<unknown> };
  adapter.fetchConnection().catch(() => undefined);
}

/** For good: closes the socket, whatever it is doing. */
export function discard(synthesiser: SpeechSynthesizer): void {
  synthesiser.close(
    () => undefined,
    () => undefined,
  );
}
