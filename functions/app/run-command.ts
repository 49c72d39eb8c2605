import { transferCallerId } from '#adapters/call-automation/transfer-settings';
import type { CallCommand, CallEvent } from '#core/call/event';
import type { CallState } from '#core/call/state';
import { buildPacket } from '#core/handover/build-packet';
import { packHeaders } from '#core/handover/headers';
import type { HandoverPacket } from '#core/handover/packet';
import { APOLOGY_TIMEOUT_MS, LAST_RESORT_TIMEOUT_MS } from '#core/call/transition';
import type { Agent } from '#core/agent/agent';
import { defaultQueue } from '#core/agent/queues';
import { unknownCaller } from '#core/identity/caller-identity';
import type { CallConnectionId } from '#core/ids';
import { chooseLocale } from '#core/language/choose-language';
import { PortError } from '#core/ports/error';
import { unreachable } from '#core/unreachable';
import type { CallServices } from './call-services.ts';
import { setWatchdog } from './set-watchdog.ts';

/** The queue counts in whole seconds. */
const WATCHDOG_MARGIN_MS = 1_000;

/** Begins the operation context of a failure message: its end brings the call's end (functions/app/call-events.ts). */
export const APOLOGY_PREFIX = 'apology-';

/**
 * Does what the life cycle decided. Gives the event that a failed command amounts to, or nothing. A call that is gone is no failure: its
 * CallDisconnected is on the way.
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
    await run(command, state, services, signal);
    return undefined;
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    services.log.error({ callId, correlationId, command: command.type, err: error }, 'call command failed');
    return eventOfFailure(command, error, services.clock.now());
  }
}

async function run(command: CallCommand, state: CallState, services: CallServices, signal: AbortSignal): Promise<void> {
  switch (command.type) {
    case 'start-media':
      // First: a stream that neither comes up nor is reported as failed, or a process that dies here, would leave the caller in silence.
      await setWatchdog(state.offer, services.watchdogMs, services, signal);
      await services.control.startMedia(command.connectionId, signal);
      return;
    case 'listen-for-keys':
      await services.control.listenForKeys(command.connectionId, state.offer.from, signal);
      return;
    case 'transfer-to-person':
      // First, as above; and the outcome's callback may be lost.
      await setWatchdog(state.offer, LAST_RESORT_TIMEOUT_MS + WATCHDOG_MARGIN_MS, services, signal);
      await transferToPerson(command.connectionId, command.transferId, state, services, signal);
      return;
    case 'apologise-and-hang-up':
      // The end of the message may go unreported: then the watchdog hangs up.
      await setWatchdog(state.offer, APOLOGY_TIMEOUT_MS + WATCHDOG_MARGIN_MS, services, signal);
      await apologise(command.connectionId, state, services, signal);
      return;
    case 'hang-up':
      await services.control.hangUp(command.connectionId, signal);
      return;
    default:
      unreachable(command);
  }
}

function eventOfFailure(command: CallCommand, error: PortError, atMs: number): CallEvent | undefined {
  switch (command.type) {
    case 'start-media':
      return { type: 'media-lost', atMs, connectionId: command.connectionId, detail: 'start-refused' };
    case 'transfer-to-person':
      return {
        type: 'transfer-failed',
        atMs,
        transferId: command.transferId,
        code: error.status ?? 0,
        subCode: Number(error.code ?? 0) || 0,
      };
    // The caller can still speak, and press keys that come with the audio.
    case 'listen-for-keys':
      return undefined;
    // Nothing is left to try: the front ends a call in which nobody speaks.
    case 'apologise-and-hang-up':
    case 'hang-up':
      return undefined;
    default:
      return unreachable(command);
  }
}

async function transferToPerson(
  connectionId: CallConnectionId,
  transferId: string,
  state: CallState,
  { agents, control, transfer, callbackUrl, log }: CallServices,
  signal: AbortSignal,
): Promise<void> {
  const { callId, correlationId, from } = state.offer;
  const agent = agents.for(state.offer);
  const { name: queue, target } = defaultQueue(agent.definition);
  const headers = packHeaders(minimalPacket(state, agent), transfer.headerPrefix);
  log.info({ callId, correlationId, target, queue, headers }, 'transfer requested');
  await control.transfer(
    {
      connectionId,
      transferId,
      target,
      caller: from,
      headers,
      callbackUri: callbackUrl(callId),
      callerId: transferCallerId(transfer, from),
    },
    signal,
  );
}

/**
 * Says the failure message with ACS's voice; its end brings the call's. When it cannot be played the call ends without a word. That is so
 * also when the call looks gone: after a failed transfer the field has seen "not established" of a call that was (acs-facts 11).
 */
async function apologise(
  connectionId: CallConnectionId,
  state: CallState,
  { agents, control, callbackUrl, log }: CallServices,
  signal: AbortSignal,
): Promise<void> {
  const { callId, correlationId } = state.offer;
  const { locale } = chooseLocale(agents.for(state.offer), state.offer, undefined);
  const request = {
    connectionId,
    playId: `${APOLOGY_PREFIX}${callId}`,
    text: locale.texts.failureMessage,
    voice: locale.voice,
    callbackUri: callbackUrl(callId),
  };
  try {
    if ((await control.playText(request, signal)) === 'asked') return;
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    log.error({ callId, correlationId, err: error }, 'failure message not played');
  }
  await control.hangUp(connectionId, signal);
}

/** With no model and no session: who it was, and why the IVR sent them. */
function minimalPacket(state: CallState, agent: Agent): HandoverPacket {
  const { definition } = agent;
  return buildPacket({
    offer: state.offer,
    reason: 'failure',
    turns: [],
    identity: unknownCaller,
    language: chooseLocale(agent, state.offer, undefined).locale.language,
    reasonHeader: definition.reasonHeader,
    customerIdHeader: definition.customerIdHeader,
  });
}
