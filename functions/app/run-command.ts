import { codesOf, isUnderWay } from '#adapters/call-automation/request-error';
import { transferCallerId } from '#adapters/call-automation/transfer-settings';
import type { Agent } from '#core/agent/agent';
import { failureMessage } from '#core/agent/failure-message';
import { failureQueue } from '#core/agent/queues';
import { START_REFUSED, type CallCommand, type CallEvent } from '#core/call/event';
import type { CallOffer } from '#core/call/offer';
import type { CallState } from '#core/call/state';
import { failurePacket } from '#core/handover/failure-packet';
import { packHeaders } from '#core/handover/headers';
import type { HandoverPacket } from '#core/handover/packet';
import type { Asked } from '#core/ports/call-control';
import { PortError } from '#core/ports/error';
import type { SessionRecord } from '#core/ports/session-store';
import { unreachable } from '#core/unreachable';
import type { CallServices } from './call-services.ts';
import { sessionRow } from './session-row.ts';

/** Begins the operation context of a failure message: its end brings the call's end (functions/app/call-events.ts). */
export const APOLOGY_PREFIX = 'apology-';

/** A front that is busy may have a moment later what it has not now; the caller hears nothing meanwhile. */
const TRANSFER_PAUSES_MS = [500, 1_500];
/** What took its time will take it again. */
const TRANSFER_BUDGET_MS = 5_000;

type Command<T extends CallCommand['type']> = Extract<CallCommand, { type: T }>;

/**
 * Does what the life cycle decided. Gives the event that a failed command amounts to, or nothing. A call that is gone is no failure: its
 * CallDisconnected is on the way, and the next look at the call finds out if it is not.
 */
export async function runCommand(
  command: CallCommand,
  state: CallState,
  services: CallServices,
  signal: AbortSignal,
): Promise<CallEvent | undefined> {
  if (command.type === 'listen-for-keys' && services.keySource === 'media') return undefined;
  const { callId, correlationId } = state.offer;
  services.log.info({ callId, correlationId, command: command.type }, 'call command');
  try {
    return await run(command, state, services, signal);
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    services.log.error({ callId, correlationId, command: command.type, err: error }, 'call command failed');
    return eventOfFailure(command, error, services.clock.now());
  }
}

async function run(
  command: CallCommand,
  state: CallState,
  services: CallServices,
  signal: AbortSignal,
): Promise<CallEvent | undefined> {
  switch (command.type) {
    case 'start-media':
      await services.control.startMedia(command.connectionId, signal);
      return undefined;
    case 'listen-for-keys':
      await services.control.listenForKeys(command.connectionId, state.offer.from, signal);
      return undefined;
    case 'transfer-to-person':
      return transferToPerson(command, state, services, signal);
    case 'apologise-and-hang-up':
      return apologise(command, state, services, signal);
    case 'hang-up':
      await services.control.hangUp(command.connectionId, signal);
      return undefined;
    default:
      return unreachable(command);
  }
}

function eventOfFailure(command: CallCommand, error: PortError, atMs: number): CallEvent | undefined {
  switch (command.type) {
    case 'start-media':
      // The stream is up, and that it started was not told.
      if (isUnderWay(error)) return { type: 'media-started', atMs, connectionId: command.connectionId };
      return { type: 'media-lost', atMs, connectionId: command.connectionId, detail: START_REFUSED };
    case 'transfer-to-person':
      // It may ring for the person: its report, or the next look at the call, says what came of it.
      if (error.retryable && error.status === undefined) {
        return { type: 'transfer-asked', atMs, transferId: command.transferId };
      }
      return { type: 'transfer-failed', atMs, transferId: command.transferId, ...codesOf(error) };
    case 'apologise-and-hang-up':
      return { type: 'failure-message-over', atMs };
    // The caller can still speak, and press keys that come with the audio.
    case 'listen-for-keys':
      return undefined;
    // The next look at the call asks again.
    case 'hang-up':
      return undefined;
    default:
      return unreachable(command);
  }
}

async function transferToPerson(
  { connectionId, transferId }: Command<'transfer-to-person'>,
  state: CallState,
  services: CallServices,
  signal: AbortSignal,
): Promise<CallEvent | undefined> {
  const { clock, control, log, transfer } = services;
  const { offer } = state;
  const { callId, correlationId, from } = offer;
  const session = await sessionOf(state, services, signal);
  const agent = agentOf(state, session, services);
  const { name: queue, target } = failureQueue(agent.definition);
  const headers = packHeaders(packetOf(agent, state, session, services), transfer.headerPrefix);
  log.info({ callId, correlationId, target, queue, headers }, 'transfer requested');
  const callerId = transferCallerId(transfer, from);
  const callbackUri = services.callbackUrl(offer);
  const request = { connectionId, transferId, target, caller: from, headers, callbackUri, callerId };
  const asked = await untilAsked(() => control.transfer(request, signal), offer, services, signal);
  if (asked === 'asked') return { type: 'transfer-asked', atMs: clock.now(), transferId };
  // After a failed transfer the field has seen "not established" of a call that was (acs-facts 11): then the caller is still there.
  if ((await control.look(connectionId, signal)) === 'gone') return undefined;
  return { type: 'transfer-failed', atMs: clock.now(), transferId, code: 404, subCode: 0 };
}

/** Asks again what the front may take a moment later. Throws its last refusal. */
async function untilAsked(
  ask: () => Promise<Asked>,
  { callId, correlationId }: CallOffer,
  { clock, log }: CallServices,
  signal: AbortSignal,
): Promise<Asked> {
  const startedMs = clock.monotonicMs();
  for (const pauseMs of TRANSFER_PAUSES_MS) {
    try {
      return await ask();
    } catch (error) {
      const afterPauseMs = clock.monotonicMs() - startedMs + pauseMs;
      if (!(error instanceof PortError) || !error.retryable || afterPauseMs > TRANSFER_BUDGET_MS) throw error;
      // A request without an answer may have been taken: asked again, the front would refuse it as a conflict.
      if (error.status === undefined) throw error;
      log.warn({ callId, correlationId, err: error }, 'transfer asked for again');
      await clock.sleep(pauseMs, signal);
    }
  }
  return ask();
}

/** Says the failure message with ACS's voice; its end brings the call's. When it cannot be played the call ends without a word. */
async function apologise(
  { connectionId }: Command<'apologise-and-hang-up'>,
  state: CallState,
  services: CallServices,
  signal: AbortSignal,
): Promise<CallEvent | undefined> {
  const { offer } = state;
  const session = await sessionOf(state, services, signal);
  const { text, voice } = failureMessage(agentOf(state, session, services), offer, session?.language);
  const playId = `${APOLOGY_PREFIX}${offer.callId}`;
  const callbackUri = services.callbackUrl(offer);
  const asked = await services.control.playText({ connectionId, playId, text, voice, callbackUri }, signal);
  return asked === 'asked' ? undefined : { type: 'failure-message-over', atMs: services.clock.now() };
}

/** A row of another version of this program must not stand between a caller and a person. */
function packetOf(
  agent: Agent,
  { offer }: CallState,
  session: SessionRecord | undefined,
  { clock, log }: CallServices,
): HandoverPacket {
  try {
    return failurePacket(agent, offer, session, clock.now());
  } catch (error) {
    log.error({ callId: offer.callId, correlationId: offer.correlationId, err: error }, 'session row not understood');
    return failurePacket(agent, offer, undefined, clock.now());
  }
}

async function sessionOf(
  { offer }: CallState,
  services: CallServices,
  signal: AbortSignal,
): Promise<SessionRecord | undefined> {
  const read = await sessionRow(offer.callId, services, signal);
  return read.kind === 'read' ? read.stored?.record : undefined;
}

/** Who spoke last, since the call may have been given from one agent to another. */
function agentOf({ offer }: CallState, session: SessionRecord | undefined, { agents }: CallServices): Agent {
  return agents.named(session?.agent ?? '') ?? agents.for(offer);
}
