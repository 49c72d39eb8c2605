/**
 * Transfers that an SBC may send back to us: it takes our REFER and, as Microsoft's proxy wants it, sends the INVITE for the target to the
 * proxy with `Referred-By` unchanged (acs-facts 5.3). Such an INVITE is routed like any outbound call and raises no IncomingCall.
 */
interface Referral {
  readonly target: string;
  readonly trunk: string;
  readonly expiry: NodeJS.Timeout;
}

/** A REFER may be carried out late, after the 60 s of a transfer have run out for the caller's own sake. */
const REFERRAL_LIFE_MS = 120_000;

export class Referrals {
  readonly #expected = new Map<string, Referral>();

  /** A REFER to `target` (E.164) is about to be sent to `trunk` for the call with this correlation id. */
  expect(correlationId: string, target: string, trunk: string): void {
    clearTimeout(this.#expected.get(correlationId)?.expiry);
    const expiry = setTimeout(() => this.#expected.delete(correlationId), REFERRAL_LIFE_MS);
    expiry.unref();
    this.#expected.set(correlationId, { target, trunk, expiry });
  }

  /**
   * The correlation id of the transfer that this INVITE carries out, once. `x-ti` of Referred-By has to name a transfer under way, and the number has
   * to be its target; a peer that sends no Referred-By at all, as softphones do, has to be the trunk the REFER went to. Anything else that says
   * it was referred is an ordinary call, or somebody who wants to dial at our expense.
   */
  take(invite: {
    readonly referredBy: string | undefined;
    readonly to: string;
    readonly trunk: string;
  }): string | undefined {
    const named = /;x-ti=([0-9a-f-]{36})(?:[;>]|$)/i.exec(invite.referredBy ?? '')?.[1];
    for (const [correlationId, { target, trunk, expiry }] of this.#expected) {
      const isIt = invite.referredBy === undefined ? trunk === invite.trunk : correlationId === named;
      if (!isIt || target !== invite.to) continue;
      clearTimeout(expiry);
      this.#expected.delete(correlationId);
      return correlationId;
    }
    return undefined;
  }

  close(): void {
    for (const { expiry } of this.#expected.values()) clearTimeout(expiry);
    this.#expected.clear();
  }
}
