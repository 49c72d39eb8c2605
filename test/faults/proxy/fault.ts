/** What a dependency does instead of its work. Lasts until it is lifted, `cut` apart. */
export type ProxyFault =
  /** Nobody is there: every connection is reset, those that are open too. */
  | { readonly does: 'refuse' }
  /** Takes every request and answers none; sockets that are open fall silent. */
  | { readonly does: 'hang' }
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
  /** Tested against `METHOD /path?query`; left out: everything. */
  readonly only?: RegExp;
}
