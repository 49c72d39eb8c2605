/** What a resource says of one SBC, in the words of the SIP routing API (acs-facts 7.2); it may know words that are not here. */
export interface TrunkHealth {
  readonly fqdn: string;
  /** `unknown`, `ok`, `certExpiring`, `certExpired`. */
  readonly tls: string;
  /** Of the OPTIONS that the SBC sends: `unknown`, `ok`, `expired`, `error`. */
  readonly ping: string;
  /** `unknown`, `active`, `inactive`. */
  readonly overall: string;
  /** Why it is inactive: `noRecentCalls`, `noRecentPings`, `noRecentCallsAndPings`. */
  readonly reason: string | undefined;
}

/** What is wrong with it, in words that say what to do; empty when nothing is, or nothing is known. Pure. */
export function problemsOf({ tls, ping, overall, reason }: TrunkHealth): readonly string[] {
  return [
    ...(tls === 'certExpired' ? ['its certificate has ended: renew it'] : []),
    ...(tls === 'certExpiring' ? ['its certificate ends soon: renew it'] : []),
    ...(ping === 'expired' ? ['it has stopped sending OPTIONS: look at the SBC and its way here'] : []),
    ...(ping === 'error' ? ['its OPTIONS are refused: look at its Contact and its certificate'] : []),
    // A quiet night is no fault of an SBC that pings.
    ...(overall === 'inactive' && ping !== 'expired' && ping !== 'error' && reason !== 'noRecentCalls'
      ? [`it is inactive${reason === undefined ? '' : ` (${reason})`}`]
      : []),
  ];
}

/** Whether nothing at all is known of it: an SBC that never pinged, or a service that does not say. */
export function isUnknown({ tls, ping, overall }: TrunkHealth): boolean {
  return [tls, ping, overall].every((status) => status === 'unknown');
}

/** Whether OPTIONS of it are known to have come: without them no call is sent to it, whatever its certificate is. */
export function hasPinged({ ping }: TrunkHealth): boolean {
  return ping !== 'unknown';
}
