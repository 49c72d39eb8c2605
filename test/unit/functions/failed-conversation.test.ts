import { beforeEach, describe, expect, it } from 'vitest';
import { nothingUnfinished } from '#core/conversation/unfinished';
import type { CallId } from '#core/ids';
import { PortError } from '#core/ports/error';
import type { SessionRecord, SessionStore, StoredSession } from '#core/ports/session-store';
import { handleCallEvents, type CallbackRequest } from '../../../functions/app/call-events.ts';
import { handleIncomingCall } from '../../../functions/app/incoming-call.ts';
import { handleWatchdog } from '../../../functions/app/watchdog.ts';
import {
  callbackRequest,
  functionServices,
  incomingCallEvent,
  type TestServices,
} from '../../support/function-services.ts';
import { offer } from '../../support/offered-call.ts';
import { agentWith, english, onlyAgent, packs } from '../../support/turn-play.ts';

let services: TestServices;
let callId: CallId;
beforeEach(async () => {
  services = functionServices();
  await handleIncomingCall(incomingCallEvent(), services);
  callId = [...services.calls.rows.values()][0]!.state.offer.callId;
});

let laterMs = 0;
const callback = (type: string, data?: Record<string, unknown>, envelope?: Record<string, unknown>): CallbackRequest =>
  callbackRequest(callId, services.clock.now() + (laterMs += 10), type, data, envelope);
const deliver = (request: CallbackRequest): Promise<number> => handleCallEvents(request, services);
const done = (): readonly string[] => services.control.operations().slice(1);

describe('a call that fails in the middle of a conversation', () => {
  const spanish = { ...english({ language: 'es-US', voice: 'es-US-PalomaNeural' }), texts: {} };
  const record: SessionRecord = {
    callId: offer.callId,
    agent: 'card-services',
    language: 'es-US',
    turns: [{ by: 'caller', text: 'Quiero reclamar un cargo.', atMs: 1, confidence: 1 }],
    incidents: [],
    identity: { kind: 'claimed', by: 'words', customer: { id: 'C-2002', name: 'Ada', language: 'es-US', facts: {} } },
    packet: undefined,
    unfinished: nothingUnfinished,
  };
  const failing = async (sessions: Pick<SessionStore, 'load'>): Promise<void> => {
    services = functionServices({ agents: onlyAgent(agentWith({ languages: [english(), spanish] })), sessions });
    await handleIncomingCall(incomingCallEvent(), services);
    services.control.fail('transfer', new PortError('call-control', '403', { retryable: false, status: 403 }));
    await deliver(callback('CallConnected'));
    await handleWatchdog({ callId }, services);
  };
  const stored = (session: SessionRecord): Promise<StoredSession> =>
    Promise.resolve({ record: session, ownership: 'held' });

  it('goes to the person with what the session knew, and the apology is in the language spoken last', async () => {
    await failing({ load: () => stored(record) });
    const [transfer, play] = services.control.asked.slice(-2);
    const headers = JSON.stringify(transfer?.request);
    expect(headers).toContain('C-2002');
    expect(headers).toContain('reclamar');
    expect(headers).toContain('es-US');
    expect(headers).toContain('failure');
    expect(play?.request).toMatchObject({
      text: packs.get('es')?.texts.failureMessage,
      voice: 'es-US-PalomaNeural',
    });
  });

  it('takes what the bridge had prepared for the person', async () => {
    const packet = {
      contextId: offer.contextId,
      reason: 'caller-asked',
      intent: 'dispute a charge',
      summary: 'Disputes 42 dollars of a shop in Reno.',
      sentiment: 'negative',
      language: 'es-US',
      verified: false,
      customerId: 'C-2002',
    } as const;
    await failing({ load: () => stored({ ...record, packet }) });
    expect(JSON.stringify(services.control.asked.at(-2)?.request)).toMatch(/Reno/);
  });

  it.each<[string, () => Promise<StoredSession | undefined>]>([
    ['cannot be read', () => Promise.reject(new Error('storage is down'))],
    ['is of another version', () => Promise.resolve({ record: {}, ownership: 'held' } as unknown as StoredSession)],
    ['is not there', () => Promise.resolve(undefined)],
  ])('goes to the person although its session %s', async (_, load) => {
    await failing({ load });
    expect(done()).toEqual(['transfer', 'playText']);
    expect(JSON.stringify(services.control.asked.at(-2)?.request)).toContain('C-1001');
  });
});
