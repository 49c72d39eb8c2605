/** What the SBC's reaction to a transfer means to the application (acs-facts 5.4). Pure. */
import { notRoutable, outboundRefusal, type ResultInformation } from '../callbacks/results.ts';
import type { DialResult, ReferResult } from '../leg.ts';

export type TransferOutcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'failed'; readonly result: ResultInformation }
  /** The peer does not take REFER after all: a new INVITE instead. */
  | { readonly kind: 'use-invite' };

const REQUEST_TIMEOUT = 408;

export function outcomeOfRefer(result: ReferResult): TransferOutcome {
  switch (result.kind) {
    case 'completed':
    case 'peer-left':
      return { kind: 'accepted' };
    case 'refused':
      if (result.status === 405 || result.status === 501) return { kind: 'use-invite' };
      return { kind: 'failed', result: outboundRefusal(result.status) };
    case 'failed':
      return { kind: 'failed', result: outboundRefusal(result.status) };
    case 'timeout':
      return { kind: 'failed', result: outboundRefusal(REQUEST_TIMEOUT) };
  }
}

export function outcomeOfDial(result: DialResult): TransferOutcome {
  if (result.kind === 'answered') return { kind: 'accepted' };
  return { kind: 'failed', result: result.byPeer ? outboundRefusal(result.status) : notRoutable(result.status) };
}
