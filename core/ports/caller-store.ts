import type { CallId } from '../ids.ts';
import type { FoundCustomer } from './customer-directory.ts';

/** What became of the look-up that runs while a call is answered. */
export type CallerSearch =
  | { readonly kind: 'found'; readonly found: FoundCustomer }
  | { readonly kind: 'nobody' }
  /** It failed, or took too long: whoever needs the customer may look again. */
  | { readonly kind: 'failed' };

/** Who is calling: the control plane's second row of a call, written once and by it only, read by the bridge. Throws `PortError`. */
export interface CallerStore {
  /** Undefined while the look-up runs, and when there was none. */
  load(id: CallId, signal: AbortSignal): Promise<CallerSearch | undefined>;
  save(id: CallId, search: CallerSearch, signal: AbortSignal): Promise<void>;
}
