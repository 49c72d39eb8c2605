import type { CallId } from '#core/ids';
import type { MediaSession } from './media-session.ts';
import type { SessionEnd } from './session-services.ts';

export type BridgeState = 'serving' | 'draining';

/** The media sessions of this bridge: at most one a call, none new while it drains. */
export class SessionRegistry {
  readonly #sessions = new Map<CallId, MediaSession>();
  #state: BridgeState = 'serving';
  /** Aborted when nothing is waited for any more. */
  readonly #now = new AbortController();
  /** Ends the wait of a drain. */
  #stopWaiting: (() => void) | undefined;

  get state(): BridgeState {
    return this.#state;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Two sockets of one call can be checked at the same time: the later one stays. */
  add(callId: CallId, session: MediaSession): void {
    const before = this.#sessions.get(callId);
    this.#sessions.set(callId, session);
    void before?.end('replaced');
  }

  /** Resolves when that session has written what it knew. */
  async end(callId: CallId, reason: SessionEnd): Promise<void> {
    const session = this.#sessions.get(callId);
    if (session === undefined) return;
    await session.end(reason);
    this.forget(callId, session);
  }

  /** For a session that has ended by itself. */
  forget(callId: CallId, session: MediaSession): void {
    if (this.#sessions.get(callId) === session) this.#sessions.delete(callId);
    if (this.#sessions.size === 0) this.#stopWaiting?.();
  }

  /**
   * Takes no new calls, lets those there are finish for `timeoutMs`, then gives the rest to other bridges, each in a moment in which its caller notices
   * little. Resolves when there are none.
   */
  async drain(timeoutMs: number): Promise<void> {
    this.#state = 'draining';
    if (this.#sessions.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.#stopWaiting = () => {
          clearTimeout(timer);
          resolve();
        };
        if (this.#now.signal.aborted) this.#stopWaiting();
      });
    }
    await Promise.all([...this.#sessions].map(([callId, session]) => this.#move(callId, session)));
  }

  /** A drain waits no longer, neither for the ends of calls nor for good moments. */
  stopWaiting(): void {
    this.#now.abort(new Error('nothing is waited for any more'));
    this.#stopWaiting?.();
  }

  async #move(callId: CallId, session: MediaSession): Promise<void> {
    await session.move(this.#now.signal);
    this.forget(callId, session);
  }
}
