/** The trunks in force: the routing configuration says which there are, the trunks file says how each is reached and proven. */
import type { TrunkHealth, VoiceRouting } from '../leg.ts';
import { comesFrom, type Trunk, trunkByName } from '../trunks.ts';
import { coversName } from './certificate-names.ts';
import { listOf, lists, type SipRequest } from './message.ts';
import { parseNameAddr } from './name-addr.ts';
import type { Flow } from './transport.ts';

/** A trunk seen in the last three minutes is healthy (acs-facts 6.2). */
const HEALTHY_FOR_MS = 180_000;
/** How long before its end a certificate is worth a word. Microsoft does not say when it begins to; a guess. */
const ENDS_SOON_MS = 30 * 24 * 3_600_000;

type Admission =
  { readonly kind: 'admitted'; readonly trunk: Trunk } | { readonly kind: 'refused'; readonly reason: string };

interface Seen {
  /** Of its latest OPTIONS or OPTIONS answer. */
  readonly atMs: number;
  readonly takesRefer: boolean | undefined;
  /** Unix time. */
  readonly certificateEndsAtMs: number | undefined;
}

export class TrunkDirectory {
  readonly #file: readonly Trunk[];
  readonly #routing: VoiceRouting;
  readonly #nowMs: () => number;
  readonly #unixMs: () => number;
  readonly #seen = new Map<string, Seen>();

  /** `nowMs` never goes back; `unixMs` is what certificates are read against. */
  constructor(file: readonly Trunk[], routing: VoiceRouting, nowMs: () => number, unixMs: () => number = Date.now) {
    this.#unixMs = unixMs;
    this.#file = file;
    this.#routing = routing;
    this.#nowMs = nowMs;
  }

  all(): readonly Trunk[] {
    return this.#routing.trunks().map(({ fqdn, sipSignalingPort }) => {
      const known = this.#file.find((trunk) => trunk.fqdn === fqdn.toLowerCase());
      return known === undefined ? trunkByName(fqdn, sipSignalingPort) : { ...known, sipSignalingPort };
    });
  }

  /** Whose request this is (acs-facts 6.2, 6.3, 6.7). */
  admit(request: SipRequest, flow: Flow): Admission {
    const contact = parseNameAddr(listOf(request, 'Contact')[0] ?? '')?.uri.host;
    const proven = this.all().filter((trunk) => isProven(trunk, flow));
    if (proven.length === 0) return { kind: 'refused', reason: 'no trunk has this source' };
    const trunk =
      proven.find(({ fqdn }) => fqdn === contact) ??
      proven.find(({ identifiedBy }) => identifiedBy === 'source-address');
    return trunk === undefined
      ? { kind: 'refused', reason: 'Contact does not name the trunk' }
      : { kind: 'admitted', trunk };
  }

  /** The trunks that take `number`, one list a matching route, in the order to try them: those known to be gone come last. */
  routesFor(number: string): readonly (readonly Trunk[])[] {
    const trunks = this.all();
    return this.#routing
      .routes()
      .filter(({ numberPattern }) => matches(numberPattern, number))
      .map((route) => {
        const named = route.trunks.flatMap((name) => trunks.find(({ fqdn }) => fqdn === name.toLowerCase()) ?? []);
        return [...named.filter((trunk) => !this.#isGone(trunk)), ...named.filter((trunk) => this.#isGone(trunk))];
      });
  }

  /** Remembers an OPTIONS from the trunk, or its answer to ours, and over which flow. */
  saw(trunk: Trunk, message: Parameters<typeof lists>[0], { certificateEndsAtMs }: Flow): void {
    const takesRefer = listOf(message, 'Allow').length === 0 ? undefined : lists(message, 'Allow', 'REFER');
    this.#seen.set(trunk.fqdn, { atMs: this.#nowMs(), takesRefer, certificateEndsAtMs });
  }

  /** Has pinged once and still does or answers. */
  isHealthy(trunk: Trunk): boolean {
    const seen = this.#seen.get(trunk.fqdn);
    return seen !== undefined && this.#isRecent(seen);
  }

  #isRecent({ atMs }: Seen): boolean {
    return this.#nowMs() - atMs <= HEALTHY_FOR_MS;
  }

  healthOf(fqdn: string): TrunkHealth {
    const seen = this.#seen.get(fqdn);
    if (seen === undefined) return { pings: 'unknown', certificate: 'unknown' };
    return {
      pings: this.#isRecent(seen) ? 'current' : 'stopped',
      certificate: certificateState(seen.certificateEndsAtMs, this.#unixMs()),
    };
  }

  /** What the trunk's own Allow said, for a dialog whose messages say nothing. */
  takesRefer(trunk: Trunk): boolean {
    return this.#seen.get(trunk.fqdn)?.takesRefer ?? false;
  }

  /** A trunk that never pinged is not known to be gone. */
  #isGone(trunk: Trunk): boolean {
    return this.#seen.has(trunk.fqdn) && !this.isHealthy(trunk);
  }
}

function certificateState(endsAtMs: number | undefined, unixMs: number): TrunkHealth['certificate'] {
  if (endsAtMs === undefined) return 'unknown';
  if (endsAtMs <= unixMs) return 'ended';
  return endsAtMs - unixMs <= ENDS_SOON_MS ? 'ends-soon' : 'valid';
}

function isProven(trunk: Trunk, flow: Flow): boolean {
  if (trunk.transport === 'tls') {
    const fromThere = trunk.sources.length === 0 || comesFrom(trunk, flow.remote.address);
    return flow.transport === 'tls' && coversName(flow.peerNames, trunk.fqdn) && fromThere;
  }
  return flow.transport !== 'tls' && comesFrom(trunk, flow.remote.address);
}

/** A pattern that JavaScript cannot read matches nothing. */
function matches(pattern: string, number: string): boolean {
  try {
    return new RegExp(pattern).test(number);
  } catch {
    return false;
  }
}
