/** What a dependency does instead of its work. Lasts until it is lifted, `cut` apart. */
export type ProxyFault =
  /** Nobody is there: every connection is reset, those that are open too. */
  | { readonly does: 'refuse' }
  /** Takes every request and answers none; sockets that are open fall silent. */
  | { readonly does: 'hang' }
  /** Sockets that are open fall silent. What comes next is served. */
  | { readonly does: 'freeze' }
  /** Everything it says comes so much later. */
  | { readonly does: 'slow'; readonly ms: number }
  /** Answers every request so; sockets that are open are closed, and refused with it when they come again. */
  | { readonly does: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Answers 200, and then no sense. */
  | { readonly does: 'garbage' }
  /** Every answer and every socket breaks off after so many bytes; sockets that are open break off at the next. */
  | { readonly does: 'drop'; readonly afterBytes: number }
  /** Once, now: answers that are under way and sockets that are open are cut. What comes next is served. */
  | { readonly does: 'cut' };

/** A fault, and what it applies to. */
export interface ProxyRule {
  readonly fault: ProxyFault;
  /** Asked with `METHOD /path?query` of each request and socket; left out: everything. */
  readonly only?: (name: string) => boolean;
  /** `only` is asked with a line feed and the body after that, which is therefore read first. */
  readonly readsBody?: true;
}

/** A fault in force. */
export interface OrderedFault {
  /** When it was first felt; nothing when nobody came by. */
  readonly firstHitAtMs: number | undefined;
  /** Serves again. Whoever was left without an answer is cut off: the far side would be long gone. Idempotent. */
  lift(): void;
}
