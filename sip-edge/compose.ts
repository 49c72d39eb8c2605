/** Puts the edge together around a telephony side and opens its HTTP listeners. */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { createCallbackSender } from './callbacks/delivery.ts';
import { createSigningKey, openIdConfiguration, type SigningKey } from './callbacks/signing-key.ts';
import { createAuthentication } from './call-automation/authentication.ts';
import { errorBody, errors } from './call-automation/errors.ts';
import { createOperations } from './call-automation/operations.ts';
import { createCallAutomationHandler } from './call-automation/server.ts';
import { createUrlPolicy } from './call-automation/url-policy.ts';
import { createCallOpener } from './calls/open-call.ts';
import { CallRegistry } from './calls/call-registry.ts';
import { drainCalls } from './calls/drain.ts';
import { forwardLeg, type ForwardMeans } from './calls/forward-leg.ts';
import { IncomingCalls } from './calls/incoming-calls.ts';
import { JoinedCalls } from './calls/joined-calls.ts';
import { Referrals } from './calls/referrals.ts';
import { createPromptLoader } from './calls/prompt-source.ts';
import type { EdgeConfig } from './config.ts';
import { createControlHandler } from './control/control-api.ts';
import type { TrunkAddresses } from './control/trunk-addresses.ts';
import { createEventGrid, type EventGrid } from './event-grid/event-grid.ts';
import { incomingCallEvent } from './event-grid/incoming-call-event.ts';
import { makeIncomingCallContext, makeServerCallId } from './event-grid/incoming-call-context.ts';
import { Faults } from './faults.ts';
import { createHttpClient } from './http/client.ts';
import { listenHttp, type HttpHandler, type HttpListener } from './http/server.ts';
import type { RingingLeg, Telephony, VoiceRouting } from './leg.ts';
import type { Log } from './log.ts';
import { Recordings } from './recording/recordings.ts';
import { SipConfigurationStore, type SipConfiguration } from './routing/sip-configuration.ts';
import { SettingsStore } from './settings.ts';
import { tracedRinging } from './telemetry/legs.ts';
import { noTraces, type Traces } from './telemetry/traces.ts';

/** Callbacks of the last calls are given this long when the process ends. */
const CALLBACK_GRACE_MS = 2_000;
/** Between attempts to subscribe the endpoint of EDGE_EVENT_GRID_WEBHOOK, which may start after us. */
const SUBSCRIBE_AGAIN_MS = 2_000;

/** Told to a caller's trunk while we drain: by then another edge, or this one after its start, may take the call. */
const DRAINING_RETRY_AFTER_S = 5;

/** The SIP and RTP side, listening. */
type ListeningTelephony = Telephony & { readonly addresses: readonly string[]; close(): Promise<void> };

interface TelephonySide {
  readonly trunks: TrunkAddresses;
  /** Trunks and routes to begin with. */
  readonly configuration: SipConfiguration;
  open(routing: VoiceRouting): Promise<ListeningTelephony>;
}

export interface Edge {
  readonly listening: { readonly http: string; readonly control?: string; readonly sip: readonly string[] };
  /** Takes no new calls; settles when the calls that are up have ended, after `limitMs`, or when `signal` aborts. */
  drain(limitMs: number, signal: AbortSignal): Promise<void>;
  /** Hangs up what is left, delivers what can be delivered, and frees every port. */
  close(): Promise<void>;
}

/** What of the configuration is about this half of the edge. */
export type ComposeConfig = Omit<EdgeConfig, 'sip' | 'exitWithParent' | 'drainTimeoutMs' | 'logLevel' | 'telemetry'> & {
  readonly sip: { readonly domain: string };
};

export async function createEdge(
  config: ComposeConfig,
  telephonySide: TelephonySide,
  log: Log,
  traces: Traces = noTraces,
): Promise<Edge> {
  const settings = new SettingsStore(config.settings);
  const faults = new Faults();
  const routing = new SipConfigurationStore(telephonySide.configuration);
  const calls = new CallRegistry();
  const http = createHttpClient();
  const key = await createSigningKey(config.resourceId);
  const callbacks = createCallbackSender({ key, settings, faults, http, log });
  const topic = `/subscriptions/edge/resourceGroups/edge/providers/Microsoft.Communication/communicationServices/${config.resourceId}`;
  const eventGrid = createEventGrid({ topic, settings, faults, http, log });
  const recordings = config.recordingsFolder === undefined ? undefined : new Recordings(config.recordingsFolder, log);
  const prompts = createPromptLoader(http, config.speechUrl);
  const incoming = new IncomingCalls({
    settings,
    log,
    traces,
    makeContext: () => makeIncomingCallContext(key),
    makeServerCallId,
    announce: (offer) =>
      eventGrid.publish(incomingCallEvent(offer, settings.current, randomUUID(), new Date()), offer.correlationId),
  });
  const telephony = await telephonySide.open(routing);
  const joined = new JoinedCalls(telephony, log);
  const referrals = new Referrals();
  const openCall = createCallOpener({
    applicationRawId: `8:acs:${config.resourceId}_${randomUUID()}`,
    sipDomain: config.sip.domain,
    referrals,
    telephony,
    joined,
    calls,
    prompts,
    recordings,
    callbacks,
    traces,
    streaming: { key, settings, faults, log },
  });
  const urls = createUrlPolicy(config.allowInsecureUrls);
  const handler = createCallAutomationHandler({
    operations: createOperations({
      incoming,
      calls,
      openCall,
      telephony,
      joined,
      prompts,
      recordings,
      routing,
      settings,
      urls,
      traces,
      log,
    }),
    authenticate: createAuthentication(config.accessKey, config.bearer),
    correlationIdOf: (callConnectionId) => calls.find(callConnectionId)?.ids.correlationId,
    faults,
    traces,
    log,
  });

  const listeners: HttpListener[] = [];
  const closing = new AbortController();
  let draining = false;
  const drain = (limitMs: number, signal: AbortSignal): Promise<void> => {
    draining = true;
    log.info({ calls: calls.all().length, joined: joined.count, limitMs }, 'draining');
    return drainCalls(calls, joined, limitMs, signal);
  };
  const close = async (): Promise<void> => {
    closing.abort();
    incoming.close();
    referrals.close();
    const open = calls.all();
    for (const call of open) call.hangUp();
    await Promise.race([
      Promise.all(open.map((call) => call.ended)),
      wait(CALLBACK_GRACE_MS, undefined, { ref: false }),
    ]);
    await recordings?.close();
    await Promise.all([telephony.close(), eventGrid.close(), callbacks.close(CALLBACK_GRACE_MS)]);
    await Promise.all(listeners.map((listener) => listener.close()));
    http.close();
  };
  try {
    const listen = (
      address: { readonly host: string; readonly port: number },
      serve: HttpHandler,
    ): Promise<HttpListener> => openListener(address, serve, listeners, log);
    const api = await listen(
      config.http.listen,
      withTokenKeys(handler, key, () => config.http.publicUrl ?? api.url),
    );
    const control =
      config.control === undefined
        ? undefined
        : await listen(
            config.control,
            createControlHandler({
              settings,
              faults,
              eventGrid,
              incoming,
              calls,
              trunks: telephonySide.trunks,
              routing,
              allowInsecureUrls: config.allowInsecureUrls,
            }),
          );
    telephony.onIncoming((leg) => {
      const correlationId = referrals.take(leg);
      if (correlationId !== undefined) {
        carryOutTransfer(tracedRinging(leg, correlationId, traces), { telephony, joined, traces, correlationId }, log);
        return;
      }
      if (draining) {
        leg.refuse(503, { retryAfterS: DRAINING_RETRY_AFTER_S });
        return;
      }
      incoming.offer(leg).catch((error: unknown) => {
        log.error({ sipCallId: leg.sipCallId, err: error }, 'incoming call broke');
        leg.refuse(500);
      });
    });
    if (config.eventSubscription !== undefined)
      void subscribeAtStart(eventGrid, config.eventSubscription, closing.signal, log);
    const listening = {
      http: api.url,
      ...(control === undefined ? {} : { control: control.url }),
      sip: telephony.addresses,
    };
    return { listening, drain, close: once(close) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The SBC's part of a transfer that came back to us: to the target by the voice routes, `Referred-By` unchanged. */
function carryOutTransfer(leg: RingingLeg, means: ForwardMeans, log: Log): void {
  const { correlationId } = means;
  log.info({ sipCallId: leg.sipCallId, trunk: leg.trunk, correlationId }, 'referred call');
  leg.ring();
  const referredBy = leg.referredBy === undefined ? [] : [{ name: 'Referred-By', value: leg.referredBy }];
  forwardLeg(leg, leg.to, referredBy, means).catch((error: unknown) => {
    log.error({ sipCallId: leg.sipCallId, correlationId, err: error }, 'referred call broke');
    leg.refuse(500);
  });
}

function once(close: () => Promise<void>): () => Promise<void> {
  let closed: Promise<void> | undefined;
  return () => (closed ??= close());
}

async function openListener(
  address: { readonly host: string; readonly port: number },
  handler: HttpHandler,
  listeners: HttpListener[],
  log: Log,
): Promise<HttpListener> {
  const replies = {
    tooLarge: { status: 413, body: errorBody(errors.tooLarge()) },
    badRequest: { status: 400, body: errorBody(errors.badRequest()) },
    internalError: { status: 500, body: errorBody(errors.internal()) },
  };
  const listener = await listenHttp(address, handler, replies, (error) => {
    log.error({ err: error }, 'request broke');
  });
  listeners.push(listener);
  return listener;
}

/** The two public documents by which receivers check our tokens; everything else authenticates. */
function withTokenKeys(handler: HttpHandler, key: SigningKey, publicUrl: () => string): HttpHandler {
  return (request) => {
    if (request.method === 'GET' && request.url.pathname === '/calling/keys') {
      return Promise.resolve({ status: 200, body: key.jwks });
    }
    if (request.method === 'GET' && request.url.pathname === '/calling/.well-known/acsopenidconfiguration') {
      return Promise.resolve({ status: 200, body: openIdConfiguration(publicUrl()) });
    }
    return handler(request);
  };
}

async function subscribeAtStart(
  eventGrid: EventGrid,
  subscription: NonNullable<EdgeConfig['eventSubscription']>,
  signal: AbortSignal,
  log: Log,
): Promise<void> {
  const closing = (): boolean => signal.aborted;
  while (!closing()) {
    const validation = await eventGrid.subscribe('incoming-call', subscription);
    if (validation.kind === 'valid') {
      log.info({}, 'event subscription active');
      return;
    }
    if (closing()) return;
    log.warn({ reason: validation.reason }, 'event subscription not validated');
    await wait(SUBSCRIBE_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}
