import type { EventGridHandler, HttpHandler, StorageQueueHandler, TimerHandler } from '@azure/functions';
import { callbackUrl, mediaUrl } from '#adapters/acs-tokens/call-urls';
import { acsTokenValidator } from '#adapters/acs-tokens/token-validator';
import { livePolicy } from '#adapters/admission/live-policy';
import { liveRegion } from '#adapters/admission/live-region';
import { loadDefaultPolicy } from '#adapters/admission/settings';
import { loadCatalogue } from '#adapters/agents/agent-folder';
import { acsCallControl } from '#adapters/call-automation/call-control';
import { systemClock } from '#adapters/clock/system-clock';
import { openCustomers } from '#adapters/customers/open-customers';
import { createLogger } from '#adapters/logging/logger';
import { systemRandom } from '#adapters/random/random-numbers';
import { exitOnConfigurationError } from '#adapters/settings/load-settings';
import { storedKeptRows } from '#adapters/storage/kept-rows';
import { queueWatchdog } from '#adapters/storage/queue-watchdog';
import { tableBridgeReports } from '#adapters/storage/table-bridge-reports';
import { tableCallStore } from '#adapters/storage/table-call-store';
import { tableCallerStore } from '#adapters/storage/table-caller-store';
import { tablePolicyStore } from '#adapters/storage/table-policy-store';
import { tableSessionStore } from '#adapters/storage/table-session-store';
import { countedErrors } from '#adapters/telemetry/counted-errors';
import { countedKeys } from '#adapters/telemetry/counted-keys';
import { asInvocation } from '#adapters/telemetry/invocation';
import { observedCalls } from '#adapters/telemetry/observed-calls';
import { noteUnanswered, observedControl, watchdogAction } from '#adapters/telemetry/observed-control';
import { openTelemetry, type OpenedTelemetry } from '#adapters/telemetry/open-telemetry';
import { retentionOf } from '#core/retention/retention';
import { handleCallEvents, type CallEventsServices } from './call-events.ts';
import { loadFunctionsConfig, type FunctionsConfig } from './config.ts';
import { handleIncomingCall, type IncomingCallServices } from './incoming-call.ts';
import { handleLoad, type LoadServices } from './load.ts';
import { RecentIds } from './recent-ids.ts';
import { handleRetention, type RetentionServices } from './retention.ts';
import { handleWatchdog } from './watchdog.ts';

/** The ring is over, or nearly, when the libraries are loaded: that takes the process some hundred milliseconds. */
const LOAD_TELEMETRY_AFTER_MS = 3_000;
/** The host gives the process a few seconds in all. */
const LAST_TELEMETRY_LIMIT_MS = 2_000;

/** Made once a process, at the start: a wrong setting or agent stops the app before it takes a call it cannot serve. */
const services = exitOnConfigurationError(() => compose(loadFunctionsConfig(process.env)));

interface Handlers {
  readonly incomingCall: EventGridHandler<unknown>;
  readonly callEvents: HttpHandler;
  readonly watchdog: StorageQueueHandler;
  readonly retention: TimerHandler;
  readonly health: HttpHandler;
  readonly load: HttpHandler;
  /** Before the process ends. */
  readonly end: () => Promise<void>;
}

export const handlers: Handlers = {
  incomingCall: (event) =>
    asInvocation(
      'incoming call',
      services,
      () => handleIncomingCall(event, services),
      (invocation) => noteUnanswered(invocation, services.clock.now(), services.telemetry),
    ),
  callEvents: async (request) => ({
    status: await asInvocation('callback', services, () =>
      handleCallEvents(
        {
          callId: request.params['callId'],
          ticket: request.query.get('ticket'),
          offer: request.query.get('offer'),
          authorization: request.headers.get('authorization') ?? undefined,
          readBody: () => request.text(),
        },
        services,
      ),
    ),
  }),
  watchdog: (entry) =>
    asInvocation(
      'watchdog look',
      services,
      () => handleWatchdog(entry, services),
      (invocation) => {
        const action = watchdogAction(invocation);
        services.telemetry.record({ name: 'trunkline.watchdog.actions', attributes: { action } });
      },
    ),
  retention: () => handleRetention(services.retention),
  end: () => services.telemetry.close(LAST_TELEMETRY_LIMIT_MS),
  load: (request) => handleLoad(request.headers.get('x-api-key'), services),
  health: () => ({ status: 200, jsonBody: { status: 'ok', agent: services.agents.standard.definition.name } }),
};

/** NCRONTAB. */
export const { retentionSchedule } = services;

interface Services extends IncomingCallServices, CallEventsServices, LoadServices {
  readonly telemetry: OpenedTelemetry;
  readonly retention: RetentionServices;
  readonly retentionSchedule: string;
}

/** Clients, and the policy is being read: nothing else connects before the first call. */
function compose(config: FunctionsConfig): Services {
  const clock = systemClock();
  const { secret } = config.ticket;
  const log = createLogger('functions', config.log);
  const agents = loadCatalogue(config.agents);
  const telemetry = openTelemetry(config.telemetry, {
    service: 'trunkline-functions',
    log,
    loadAfterMs: LOAD_TELEMETRY_AFTER_MS,
  });
  const counted = <Port extends object>(port: Port): Port => countedErrors(port, telemetry);
  const reports = counted(tableBridgeReports(config.storage));
  const customers = openCustomers(config.customers, { clock, log }).directory;
  return {
    clock,
    log,
    agents,
    telemetry,
    calls: observedCalls(counted(tableCallStore(config.storage)), { telemetry, agents, clock }),
    callers: counted(tableCallerStore(config.storage)),
    customers: customers && counted(customers),
    sessions: counted(tableSessionStore(config.storage)),
    control: observedControl(counted(acsCallControl(config.callControl, config.telephony.callQueues)), {
      telemetry,
      clock,
    }),
    watchdog: counted(queueWatchdog(config.hostStorage)),
    watchdogMs: config.watchdogMs,
    transfer: config.transfer,
    resourceAccounts: config.telephony.resourceAccounts,
    keySource: config.keySource,
    admission: {
      policy: livePolicy({
        store: counted(tablePolicyStore(config.storage)),
        standard: loadDefaultPolicy(config.admission),
        clock,
        log,
      }),
      region: liveRegion(reports, clock, log),
      trunkHeader: config.agents.trunkHeader,
      telemetry,
    },
    validateToken: countedKeys(acsTokenValidator(config.tokens), telemetry),
    ticketSecret: secret,
    reports,
    loadKey: config.loadKey,
    retention: {
      kept: counted(storedKeptRows(config.storage)),
      bridges: reports,
      retention: retentionOf(config.retention.days),
      clock,
      random: systemRandom,
      log,
    },
    retentionSchedule: config.retention.schedule,
    recentIds: new RecentIds(),
    callbackUrl: (offer) => callbackUrl(config.callbackBaseUrl, secret, offer, clock.now()),
    mediaUrl: (offer) => mediaUrl(config.mediaBaseUrl, secret, offer, clock.now()),
  };
}
