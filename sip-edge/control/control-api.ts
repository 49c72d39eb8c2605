/** The control API: settings, faults, subscriptions, trunks and a view of the calls, for a local stack and for tests. Off unless asked for. */
import * as z from 'zod';
import type { CallRegistry } from '../calls/call-registry.ts';
import { wireCallState } from '../calls/call-state.ts';
import type { IncomingCalls } from '../calls/incoming-calls.ts';
import type { EventGrid } from '../event-grid/event-grid.ts';
import { faultSchema, type Faults } from '../faults.ts';
import type { HttpHandler, HttpReply, HttpRequest } from '../http/server.ts';
import type { SipConfigurationStore } from '../routing/sip-configuration.ts';
import type { SettingsStore } from '../settings.ts';
import { trunkAddressSchema, type TrunkAddresses } from './trunk-addresses.ts';

interface ControlServices {
  readonly settings: SettingsStore;
  readonly faults: Faults;
  readonly eventGrid: EventGrid;
  readonly incoming: IncomingCalls;
  readonly calls: CallRegistry;
  readonly trunks: TrunkAddresses;
  readonly routing: SipConfigurationStore;
  readonly allowInsecureUrls: boolean;
}

const subscriptionSchema = z.strictObject({
  webhookUrl: z.url({ protocol: /^https?$/ }).max(4096),
  schema: z.enum(['event-grid', 'cloud-events']).default('event-grid'),
});

/** Settings of settings.ts, and faults to order. */
const settingsRequestSchema = z.looseObject({ faults: z.array(faultSchema).max(100).optional() });

const NAME = /^[A-Za-z0-9][A-Za-z0-9.-]{0,248}$/;

type Route = (request: HttpRequest, name: string) => HttpReply | Promise<HttpReply>;

export function createControlHandler(services: ControlServices): HttpHandler {
  const routes: Readonly<Record<string, Route>> = {
    'PUT event-subscriptions': (request, name) => subscribe(services, request, name),
    'GET event-subscriptions': () => ({ status: 200, body: { names: services.eventGrid.names() } }),
    'GET settings': () => ({ status: 200, body: settingsView(services) }),
    'PUT settings': (request) => changeSettings(services, request),
    'GET calls': () => ({ status: 200, body: callsView(services) }),
    'GET trunks': () => ({ status: 200, body: { trunks: services.trunks.trunks } }),
    'PUT trunks': (request, name) => announceTrunk(services, request, name),
  };
  const named: ReadonlySet<string> = new Set(['PUT event-subscriptions', 'PUT trunks']);
  return async (request) => {
    const [, collection = '', name = '', ...rest] = request.url.pathname.split('/');
    const key = `${request.method} ${collection}`;
    const route = Object.hasOwn(routes, key) ? routes[key] : undefined;
    const nameFits = named.has(key) ? NAME.test(name) : name === '';
    if (route === undefined || !nameFits || rest.length > 0) return failure(404, 'no such control operation');
    try {
      return await route(request, name);
    } catch (error) {
      if (error instanceof z.ZodError) return failure(400, z.prettifyError(error));
      if (error instanceof SyntaxError) return failure(400, 'the body is not JSON');
      throw error;
    }
  };
}

async function subscribe(
  { eventGrid, allowInsecureUrls }: ControlServices,
  request: HttpRequest,
  name: string,
): Promise<HttpReply> {
  const { webhookUrl, schema } = subscriptionSchema.parse(bodyOf(request));
  if (!allowInsecureUrls && !webhookUrl.startsWith('https:')) return failure(400, 'webhookUrl is not an https URL');
  const validation = await eventGrid.subscribe(name, { webhookUrl, schema });
  return validation.kind === 'valid' ? { status: 200, body: { state: 'active' } } : failure(400, validation.reason);
}

function changeSettings(services: ControlServices, request: HttpRequest): HttpReply {
  const { faults: ordered, ...settings } = settingsRequestSchema.parse(bodyOf(request));
  services.settings.change(settings);
  if (ordered !== undefined) services.faults.clear();
  for (const fault of ordered ?? []) services.faults.add(fault);
  return { status: 200, body: settingsView(services) };
}

function settingsView({ settings, faults }: ControlServices): object {
  return { ...settings.current, faults: faults.waiting() };
}

function callsView({ calls, incoming }: ControlServices): object {
  return {
    ringing: incoming.count,
    calls: calls.all().map(({ ids, phase, parts, media, streaming }) => ({
      ...ids,
      state: wireCallState(phase),
      from: parts.from ?? 'anonymous',
      to: parts.to,
      mediaStreaming: streaming?.state ?? 'none',
      ...(media === undefined
        ? {}
        : { sipCallId: media.leg.sipCallId, trunk: media.leg.trunk, audio: media.audio.stats() }),
    })),
  };
}

/**
 * A trunk that announces itself can be called at once: it is added to the SIP configuration, and where nothing is routed
 * anywhere, every number is routed to it.
 */
function announceTrunk({ trunks, routing }: ControlServices, request: HttpRequest, fqdn: string): HttpReply {
  const address = trunkAddressSchema.parse(bodyOf(request));
  const refusal = trunks.announce(fqdn, address);
  if (refusal !== undefined) return failure(400, refusal);
  const patched = routing.patch({
    trunks: { [fqdn]: { sipSignalingPort: address.port } },
    ...(routing.current.routes.length > 0
      ? {}
      : { routes: [{ name: 'announced', numberPattern: String.raw`^\+?\d+$`, trunks: [fqdn] }] }),
  });
  if (patched.kind === 'refused') return failure(400, patched.reason);
  return { status: 200, body: { fqdn, ...address } };
}

function bodyOf(request: HttpRequest): unknown {
  return JSON.parse(request.body.toString('utf8'));
}

function failure(status: number, message: string): HttpReply {
  return { status, body: { error: { code: String(status), message } } };
}
