import { admissionPolicy } from '#core/admission/policy';
import type { Region } from '#core/admission/region';
import { agentDefinition } from '#core/agent/definition';
import type { CallOffer } from '#core/call/offer';
import type { CallId, PhoneNumber } from '#core/ids';
import type { Clock } from '#core/ports/clock';
import type { TokenValidator } from '#adapters/acs-tokens/token-validator';
import { sealOffer } from '#adapters/acs-tokens/sealed-offer';
import { makeTicket } from '#adapters/acs-tokens/ticket';
import { noTelemetry } from '#adapters/telemetry/no-telemetry';
import { pino } from 'pino';
import type { z } from 'zod';
import type { CallbackRequest, CallEventsServices } from '../../functions/app/call-events.ts';
import type { IncomingCallServices } from '../../functions/app/incoming-call.ts';
import { RecentIds } from '../../functions/app/recent-ids.ts';
import { memoryCallStore, type MemoryCallStore } from './memory-call-store.ts';
import { memoryCallerStore } from './memory-caller-store.ts';
import { memorySessionStore } from './memory-session-store.ts';
import { connectionId, offer } from './offered-call.ts';
import { onlyAgent } from './turn-play.ts';
import { scriptedCallControl, type ScriptedCallControl } from './scripted-call-control.ts';

export const TICKET_SECRET = 'a secret of at least thirty-two characters';
export const queueOfPeople = '+18005550142' as PhoneNumber;

export const agent = agentDefinition.parse({
  name: 'card-services',
  languages: [
    { language: 'en-US', voice: 'en-US-AvaMultilingualNeural', greeting: 'Hello.', greetingUnknown: 'Hello.' },
  ],
  instructions: 'Help.',
  queues: [{ name: 'disputes', target: queueOfPeople }],
});

export interface LogLine extends Readonly<Record<string, unknown>> {
  readonly msg: string;
}

export interface TestServices extends IncomingCallServices, CallEventsServices {
  readonly calls: MemoryCallStore;
  readonly control: ScriptedCallControl;
  readonly lines: readonly LogLine[];
  readonly scheduled: readonly CallId[];
}

type ServiceChanges = Partial<Omit<IncomingCallServices & CallEventsServices, 'calls' | 'control'>>;

/** A policy as somebody would write it, and what the bridges say. */
export function admissionBy(
  policy: z.input<typeof admissionPolicy> = {},
  region: Region = { state: 'unknown' },
): IncomingCallServices['admission'] {
  const inForce = admissionPolicy.parse(policy);
  return {
    policy: () => Promise.resolve(inForce),
    region: { current: () => Promise.resolve(region), answered: () => undefined },
    trunkHeader: 'trunk',
    telemetry: noTelemetry,
  };
}

/** Sleeps take no time, and move both clocks. */
function quickClock(): Clock {
  let ms = offer.offeredAtMs + 500;
  return {
    now: () => ms,
    monotonicMs: () => ms,
    sleep: async (pauseMs) => {
      ms += pauseMs;
      await Promise.resolve();
    },
  };
}

export function functionServices(changes: ServiceChanges = {}): TestServices {
  const lines: LogLine[] = [];
  const scheduled: CallId[] = [];
  const calls = memoryCallStore();
  const control = scriptedCallControl();
  const allowed: TokenValidator = () => Promise.resolve({ valid: true });
  return {
    calls,
    sessions: memorySessionStore(),
    control,
    lines,
    scheduled,
    clock: quickClock(),
    log: pino({ level: 'debug' }, { write: (line) => void lines.push(JSON.parse(line) as LogLine) }),
    agents: onlyAgent(agent),
    admission: admissionBy(),
    keySource: 'media',
    transfer: { headerPrefix: 'X-', callerId: 'none' },
    resourceAccounts: new Map(),
    watchdog: { schedule: (id) => Promise.resolve(void scheduled.push(id)) },
    watchdogMs: 8_000,
    customers: undefined,
    callers: memoryCallerStore(),
    validateToken: allowed,
    ticketSecret: TICKET_SECRET,
    recentIds: new RecentIds(),
    callbackUrl: ({ callId }) => `https://app/api/calls/${callId}/events?ticket=t`,
    mediaUrl: ({ callId }) => `wss://bridge/media/${callId}?ticket=t`,
    ...changes,
  };
}

/** An Event Grid event as delivered (acs-facts 1.1). */
export function incomingCallEvent(data: Record<string, unknown> = {}, envelope: Record<string, unknown> = {}): unknown {
  return {
    id: 'e80026e7-0000-4000-8000-dab0eda92581',
    topic: '/subscriptions/SUB/resourceGroups/RG/providers/Microsoft.Communication/communicationServices/ACS',
    subject: '/caller/4:+14255550100/recipient/4:+18005550199',
    eventType: 'Microsoft.Communication.IncomingCall',
    eventTime: new Date(offer.offeredAtMs).toISOString(),
    dataVersion: '1.0',
    metadataVersion: '1',
    data: {
      to: { kind: 'phoneNumber', rawId: '4:+18005550199', phoneNumber: { value: '+18005550199' } },
      from: { kind: 'phoneNumber', rawId: '4:+14255550100', phoneNumber: { value: '+14255550100' } },
      serverCallId: offer.serverCallId,
      callerDisplayName: '',
      customContext: {
        sipHeaders: {
          'User-To-User': '616263;encoding=hex',
          'X-Customer-ID': 'C-1001',
          'X-Call-Reason': 'disputed charge',
        },
        voipHeaders: {},
      },
      incomingCallContext: 'eyJhbGciOiJub25lIn0.opaque.',
      correlationId: offer.correlationId,
      ...data,
    },
    ...envelope,
  };
}

/** A callback request with its ticket, and one event in its body. */
export function callbackRequest(
  callId: CallId,
  nowMs: number,
  type: string,
  data: Record<string, unknown> = {},
  envelope: Record<string, unknown> = {},
  offered?: CallOffer,
): CallbackRequest {
  const body = [
    {
      id: crypto.randomUUID(),
      source: `calling/callConnections/${connectionId}`,
      type: `Microsoft.Communication.${type}`,
      specversion: '1.0',
      time: new Date(nowMs).toISOString(),
      data: { callConnectionId: connectionId, correlationId: offer.correlationId, ...data },
      ...envelope,
    },
  ];
  return {
    callId,
    ticket: makeTicket(TICKET_SECRET, 'events', callId, nowMs + 60_000),
    offer: offered === undefined ? null : (sealOffer(TICKET_SECRET, offered) ?? null),
    authorization: 'Bearer token',
    readBody: () => Promise.resolve(JSON.stringify(body)),
  };
}
