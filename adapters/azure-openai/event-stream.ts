import type { IncomingMessage } from 'node:http';
import { createParser, type EventSourceMessage } from 'eventsource-parser';

/** The server-sent events of one answer. What one read of the connection brings wakes the reader once, however many events that are. */
export class EventStream {
  #events: EventSourceMessage[] = [];
  #state:
    { readonly kind: 'open' } | { readonly kind: 'ended' } | { readonly kind: 'failed'; readonly error: unknown } = {
    kind: 'open',
  };
  #wake: (() => void) | undefined;

  constructor(answer: IncomingMessage) {
    const parser = createParser({ onEvent: (event) => void this.#events.push(event) });
    answer.setEncoding('utf8');
    answer.on('data', (text: string) => {
      parser.feed(text);
      if (this.#events.length > 0) this.#wake?.();
    });
    answer.on('end', () => {
      // The last event counts without the empty line after it.
      parser.feed('\n\n');
      this.#end({ kind: 'ended' });
    });
    answer.on('error', (error) => this.#end({ kind: 'failed', error }));
    answer.on('close', () => this.#end({ kind: 'failed', error: new Error('the connection was closed') }));
  }

  /** What has come since it was read last, as soon as that is something; undefined when there is no more. Throws what the connection failed with. */
  async read(): Promise<readonly EventSourceMessage[] | undefined> {
    while (this.#events.length === 0) {
      if (this.#state.kind === 'ended') return undefined;
      if (this.#state.kind === 'failed') throw this.#state.error;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** Ends it as if that had been all. */
  stop(): void {
    this.#end({ kind: 'ended' });
  }

  #end(state: { readonly kind: 'ended' } | { readonly kind: 'failed'; readonly error: unknown }): void {
    if (this.#state.kind !== 'open') return;
    this.#state = state;
    this.#wake?.();
  }
}
