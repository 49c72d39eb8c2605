import { Connection, SpeechSynthesisOutputFormat, SpeechSynthesizer } from 'microsoft-cognitiveservices-speech-sdk';
import type { SpeechService } from './settings.ts';
import { speechConfigFor } from './speech-config.ts';

/** As many as Azure Speech speaks at once for one resource by default (quotas and limits of the Speech service). */
const IDLE_MAX = 200;
/** The service closes idle sockets some minutes after the last word; load balancers in between may do so without a word. */
const IDLE_MAX_MS = 60_000;
const REOPEN_AFTER_MS = 1_000;
const REOPEN_AFTER_MAX_MS = 30_000;

interface PooledSynthesiser {
  readonly synthesiser: SpeechSynthesizer;
  /** A socket that waited may have been closed by the service in this very moment: its first failure says little. */
  readonly hasWaited: boolean;
}

/**
 * Synthesisers whose socket is open already. What that saves, by the SDK's source (1.52): TCP and TLS, the upgrade, `speech.config`, and before these a
 * token when signing in by identity (kept by the identity library) and, for an endpoint with a domain of its own, a GET that asks where to connect.
 *
 * Once `warm` was called, `spareSockets` are open and unused at all times. One is used by one utterance at a time, and comes back: of many calls that
 * take turns each finds one, and those too many go after a minute. One whose utterance was cut short comes back when the service has said the rest of it.
 */
export class SynthesiserPool {
  readonly #service: SpeechService;
  readonly #spareSockets: number;
  /** The last is taken first: those that were used just now, then spares, the one opened last after the others. */
  readonly #idle: { readonly synthesiser: SpeechSynthesizer; readonly expiry: NodeJS.Timeout }[] = [];
  #state: 'cold' | 'warm' | 'closed' = 'cold';
  #failures = 0;
  #reopening: NodeJS.Timeout | undefined;

  constructor(service: SpeechService, spareSockets: number) {
    this.#service = service;
    this.#spareSockets = spareSockets;
  }

  /** Opens the spare sockets, and from now on keeps that many open. */
  warm(): void {
    if (this.#state === 'cold') this.#state = 'warm';
    this.#fill();
  }

  take(): PooledSynthesiser {
    const waiting = this.#idle.pop();
    if (waiting === undefined) return { synthesiser: this.make(), hasWaited: false };
    clearTimeout(waiting.expiry);
    this.#fill();
    return { synthesiser: waiting.synthesiser, hasWaited: true };
  }

  giveBack(synthesiser: SpeechSynthesizer): void {
    if (this.#state === 'closed' || this.#idle.length >= IDLE_MAX) {
      discard(synthesiser);
      return;
    }
    this.#failures = 0;
    this.#idle.push(this.#waiting(synthesiser));
  }

  close(): void {
    this.#state = 'closed';
    clearTimeout(this.#reopening);
    for (const { synthesiser, expiry } of this.#idle.splice(0)) {
      clearTimeout(expiry);
      discard(synthesiser);
    }
  }

  /** A synthesiser with no socket yet. */
  make(): SpeechSynthesizer {
    const config = speechConfigFor(this.#service);
    config.speechSynthesisOutputFormat = SpeechSynthesisOutputFormat.Raw16Khz16BitMonoPcm;
    // null: no loudspeaker.
    const synthesiser = new SpeechSynthesizer(config, null);
    Connection.fromSynthesizer(synthesiser).disconnected = () => this.#lost(synthesiser);
    return synthesiser;
  }

  #waiting(synthesiser: SpeechSynthesizer) {
    return { synthesiser, expiry: setTimeout(() => this.#expire(synthesiser), IDLE_MAX_MS).unref() };
  }

  #fill(): void {
    if (this.#state !== 'warm' || this.#reopening !== undefined) return;
    while (this.#idle.length < this.#spareSockets) {
      const synthesiser = this.make();
      this.#idle.unshift(this.#waiting(synthesiser));
      connect(synthesiser).catch(() => this.#lost(synthesiser));
    }
  }

  /** Its minute is over. */
  #expire(synthesiser: SpeechSynthesizer): void {
    this.#failures = 0;
    this.#drop(synthesiser);
    this.#fill();
  }

  /** Could not be opened, or was closed while it waited: others follow, but later, or a service in trouble would get nothing but handshakes. */
  #lost(synthesiser: SpeechSynthesizer): void {
    // One that is in use tells its user itself.
    if (!this.#drop(synthesiser) || this.#state !== 'warm') return;
    if (this.#reopening !== undefined) return;
    const afterMs = Math.min(REOPEN_AFTER_MAX_MS, REOPEN_AFTER_MS * 2 ** Math.min(this.#failures, 10));
    this.#failures += 1;
    this.#reopening = setTimeout(() => {
      this.#reopening = undefined;
      this.#fill();
    }, afterMs).unref();
  }

  /** Whether it was waiting. */
  #drop(synthesiser: SpeechSynthesizer): boolean {
    const index = this.#idle.findIndex((waiting) => waiting.synthesiser === synthesiser);
    for (const { expiry } of index < 0 ? [] : this.#idle.splice(index, 1)) {
      clearTimeout(expiry);
      discard(synthesiser);
    }
    return index >= 0;
  }
}

/**
 * The SDK's own way to connect ahead, `Connection.openConnection`, opens a socket that `close` does not know of until something was spoken. This is
 * what it does itself before it speaks.
 */
async function connect(synthesiser: SpeechSynthesizer): Promise<void> {
  const adapter = synthesiser.internalData as { readonly fetchConnection: () => Promise<unknown> };
  await adapter.fetchConnection();
}

/** For good: closes the socket, whatever it is doing. */
export function discard(synthesiser: SpeechSynthesizer): void {
  synthesiser.close(
    () => undefined,
    () => undefined,
  );
}
