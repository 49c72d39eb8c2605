/** The published SIP routing API: GET and PATCH /sip of 2023-03-01, and what its preview adds: the health of trunks, and which routes a number takes. */
import type { Telephony, TrunkHealth } from '../../leg.ts';
import {
  routesFitting,
  sipConfigurationPatchSchema,
  triedConfigurationSchema,
} from '../../routing/sip-configuration.ts';
import { errors } from '../errors.ts';
import type { OperationHandler, OperationRequest } from '../operation.ts';
import type { EdgeServices } from '../services.ts';

const PREVIEW = '2024-11-15-preview';

export function getSipConfiguration({ routing, telephony }: EdgeServices): OperationHandler {
  return (request) => {
    const { current } = routing;
    if (!isPreview(request) || request.query('expand') !== 'trunks/health') return { status: 200, body: current };
    const trunks = Object.entries(current.trunks).map(([fqdn, trunk]) => [
      fqdn,
      { ...trunk, health: publishedHealth(telephony, fqdn) },
    ]);
    return { status: 200, body: { ...current, trunks: Object.fromEntries(trunks) as object } };
  };
}

export function updateSipConfiguration({ routing }: EdgeServices): OperationHandler {
  return (request) => {
    const result = routing.patch(request.body(sipConfigurationPatchSchema));
    if (result.kind === 'refused') throw errors.invalidSipConfiguration(result.reason);
    return { status: 200, body: result.configuration };
  };
}

/** Tries the routes of the body, which need not be those in force. */
export function testRoutesWithNumber(): OperationHandler {
  return (request) => {
    if (!isPreview(request)) throw errors.noSuchOperation();
    const number = request.query('targetPhoneNumber') ?? '';
    if (!/^\+?\d{1,24}$/.test(number)) throw errors.invalidField('targetPhoneNumber', 'is not a phone number');
    return {
      status: 200,
      body: { matchingRoutes: routesFitting(number, request.body(triedConfigurationSchema).routes) },
    };
  };
}

function isPreview(request: OperationRequest): boolean {
  return request.query('api-version') === PREVIEW;
}

const PING = { unknown: 'unknown', current: 'ok', stopped: 'expired' } as const;
const TLS = { unknown: 'unknown', valid: 'ok', 'ends-soon': 'certExpiring', ended: 'certExpired' } as const;
/** Calls are not counted here: a trunk is active as long as it pings. */
const OVERALL = {
  unknown: { status: 'unknown' },
  current: { status: 'active' },
  stopped: { status: 'inactive', reason: 'noRecentPings' },
} as const;

function publishedHealth(telephony: Telephony, fqdn: string): object {
  const { pings, certificate }: TrunkHealth = telephony.trunkHealth(fqdn);
  return { tls: { status: TLS[certificate] }, ping: { status: PING[pings] }, overall: OVERALL[pings] };
}
