/** The REFERs of one dialog, and which of them a NOTIFY speaks of (RFC 3515 section 2.4.6). */
import type { LegEnd } from '../../leg.ts';
import { headerOf, type SipRequest } from '../message.ts';
import type { Transfer } from './transfer.ts';

type Notified =
  | { readonly kind: 'transfer'; readonly transfer: Transfer }
  /** It belongs to another event package: 489. */
  | { readonly kind: 'bad-event' }
  /** No REFER of ours began that subscription: 481. */
  | { readonly kind: 'unknown' };

export class Transfers {
  /** By the CSeq number of the REFER, in the order sent; settled ones too, whose late NOTIFYs are still answered. */
  readonly #byCSeq = new Map<number, Transfer>();
  #latest: Transfer | undefined;

  get none(): boolean {
    return this.#latest === undefined;
  }

  get underWay(): boolean {
    return this.#latest?.settled === false;
  }

  /** `cseq` is the number of the REFER about to be sent. */
  add(cseq: number, transfer: Transfer): void {
    this.#byCSeq.set(cseq, transfer);
    this.#latest = transfer;
  }

  /** Only the NOTIFYs of the first REFER in a dialog may come without an `id`. */
  of(notify: SipRequest): Notified {
    const [eventPackage = '', ...parameters] = (headerOf(notify, 'Event') ?? '').split(';').map((part) => part.trim());
    if (eventPackage.toLowerCase() !== 'refer') return { kind: 'bad-event' };
    const id = parameters
      .map((parameter) => /^id\s*=\s*(.*)$/i.exec(parameter)?.[1])
      .find((value) => value !== undefined);
    const [first] = this.#byCSeq.values();
    const transfer = id === undefined ? first : /^\d{1,10}$/.test(id) ? this.#byCSeq.get(Number(id)) : undefined;
    return transfer === undefined ? { kind: 'unknown' } : { kind: 'transfer', transfer };
  }

  legEnded(by: LegEnd['by']): void {
    this.#latest?.legEnded(by);
  }
}
