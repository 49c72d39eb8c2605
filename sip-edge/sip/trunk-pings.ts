/** Our own OPTIONS to every trunk that has pinged us first (acs-facts 6.2). */
import type { CancelTimer } from '../clock.ts';
import type { Trunk } from '../trunks.ts';
import { MAX_FORWARDS } from './dialog.ts';
import { newCallId, newTag } from './ids.ts';
import type { SipRequest } from './message.ts';
import { ALLOW, type Signalling } from './signalling.ts';

const PING_INTERVAL_MS = 60_000;

export class TrunkPings {
  readonly #signalling: Signalling;
  readonly #pinged = new Map<string, CancelTimer>();

  constructor(signalling: Signalling) {
    this.#signalling = signalling;
  }

  /** The trunk has shown itself; from now on it is pinged. */
  begin(trunk: Trunk): void {
    if (!this.#pinged.has(trunk.fqdn)) this.#schedule(trunk);
  }

  close(): void {
    for (const cancel of this.#pinged.values()) cancel();
    this.#pinged.clear();
  }

  #schedule(trunk: Trunk): void {
    this.#pinged.set(
      trunk.fqdn,
      this.#signalling.clock.after(PING_INTERVAL_MS, () => {
        // Taken out of the routing configuration: the trunk is none any more.
        const current = this.#signalling.trunks.all().find(({ fqdn }) => fqdn === trunk.fqdn);
        if (current === undefined) this.#pinged.delete(trunk.fqdn);
        else {
          this.#schedule(current);
          void this.#ping(current);
        }
      }),
    );
  }

  async #ping(trunk: Trunk): Promise<void> {
    const signalling = this.#signalling;
    try {
      const flow = await signalling.flowFor(`sip:${trunk.fqdn}`, trunk);
      signalling.transactions.request(optionsTo(trunk, signalling, signalling.contact(flow.transport)), flow, {
        onResponse: (response) => {
          if (response.status >= 200 && response.status < 300) signalling.trunks.saw(trunk, response, flow);
        },
        onFailure: (status) => signalling.log.warn({ trunk: trunk.fqdn, status }, 'trunk does not answer OPTIONS'),
      });
    } catch (error) {
      signalling.log.warn({ trunk: trunk.fqdn, error: String(error) }, 'trunk cannot be pinged');
    }
  }
}

function optionsTo(trunk: Trunk, { domain }: Signalling, contact: string): SipRequest {
  const target = `sip:${trunk.fqdn}:${trunk.sipSignalingPort}`;
  return {
    kind: 'request',
    method: 'OPTIONS',
    uri: target,
    headers: [
      { name: 'Max-Forwards', value: MAX_FORWARDS },
      { name: 'From', value: `<sip:${domain}>;tag=${newTag()}` },
      { name: 'To', value: `<${target}>` },
      { name: 'Call-ID', value: newCallId() },
      { name: 'CSeq', value: '1 OPTIONS' },
      { name: 'Contact', value: contact },
      ALLOW,
      { name: 'Accept', value: 'application/sdp' },
    ],
    body: '',
  };
}
