import type { Log } from '#adapters/logging/logger';
import type { CallState } from '#core/call/state';
import { createKeySources, type KeySource, type KeySources } from '#core/conversation/key-sources';
import type { Clock } from '#core/ports/clock';

interface CallerKeysServices {
  readonly keySource: KeySource;
  readonly clock: Clock;
  readonly log: Log;
}

/** The caller's keys, wherever they are told: each press is passed on once. */
export class CallerKeys {
  readonly #call: CallState;
  readonly #services: CallerKeysServices;
  readonly #onKey: (key: string) => void;
  readonly #isSecret: () => boolean;
  readonly #sources: KeySources;

  /** `call`: as it was when the media session began. Its keys have been acted upon. `isSecret`: keys of the moment go into no log. */
  constructor(call: CallState, services: CallerKeysServices, onKey: (key: string) => void, isSecret: () => boolean) {
    this.#call = call;
    this.#services = services;
    this.#onKey = onKey;
    this.#isSecret = isSecret;
    this.#sources = createKeySources(services.keySource, keysOf(call));
  }

  /** Keys that were told too late to be acted upon. */
  get dropped(): number {
    return this.#sources.dropped;
  }

  /** A key of the media stream. */
  told(key: string): void {
    this.#press(this.#sources.fromMedia(key, this.#services.clock.now()));
  }

  rowRead(state: CallState): void {
    this.#press(this.#sources.fromEvents(keysOf(state), this.#services.clock.now()));
  }

  /** A few hundredths of a second have passed. */
  tick(): void {
    // Keys of the media stream are passed on at once: nothing waits.
    if (this.#services.keySource === 'media') return;
    this.#press(this.#sources.waited(this.#services.clock.now()));
  }

  /** What was pressed until now was not for the agent. */
  forget(): void {
    this.#sources.forgetBefore(this.#services.clock.now());
  }

  #press(keys: readonly string[]): void {
    const { callId, correlationId } = this.#call.offer;
    for (const key of keys) {
      this.#services.log.info({ callId, correlationId, ...(this.#isSecret() ? {} : { key }) }, 'key pressed');
      this.#onKey(key);
    }
  }
}

function keysOf(state: CallState) {
  return 'keys' in state ? state.keys : [];
}
