import { callbackUrl } from '#adapters/acs-tokens/call-urls';
import { transferCallerId, type TransferSettings } from '#adapters/call-automation/transfer-settings';
import type { Log } from '#adapters/logging/logger';
import { queueNamed } from '#core/agent/queues';
import type { HandoverRequest } from '#core/conversation/hand-over-request';
import { packetRequest, type ConversationFacts } from '#core/conversation/model-request';
import { buildPacket, readPacketWords, type PacketWords } from '#core/handover/build-packet';
import { packHeaders } from '#core/handover/headers';
import type { HandoverPacket } from '#core/handover/packet';
import type { CallConnectionId } from '#core/ids';
import type { Asked, CallControl } from '#core/ports/call-control';
import type { LanguageModel } from '#core/ports/language-model';

/** What the model gets for its summary: the announcement is still being spoken, and a person without a summary is better than a wait. */
const PACKET_BUDGET_MS = 1_500;

export interface HandoverServices {
  readonly control: CallControl;
  readonly model: LanguageModel;
  readonly transfer: TransferSettings;
  readonly callbackBaseUrl: string;
  readonly ticketSecret: string;
  readonly log: Log;
}

/** The packet for this request: the words the agent gave with its tool call, else the model's, else the caller's own. Never throws. */
export async function preparePacket(
  facts: ConversationFacts,
  request: HandoverRequest,
  { model, log }: Pick<HandoverServices, 'model' | 'log'>,
  signal: AbortSignal,
): Promise<HandoverPacket> {
  const { agent, locale, offer, identity, turns } = facts;
  const words = request.words.summary === undefined ? await wordsOfModel(facts, model, log, signal) : request.words;
  return buildPacket(
    {
      offer,
      identity,
      turns,
      reason: request.reason,
      language: locale.language,
      packs: [locale.pack],
      reasonHeader: agent.reasonHeader,
      customerIdHeader: agent.customerIdHeader,
    },
    words,
  );
}

async function wordsOfModel(
  facts: ConversationFacts,
  model: LanguageModel,
  log: Log,
  signal: AbortSignal,
): Promise<PacketWords> {
  let json = '';
  try {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(PACKET_BUDGET_MS)]);
    for await (const chunk of model.reply(packetRequest(facts), bounded)) if (chunk.type === 'text') json += chunk.text;
  } catch (error) {
    log.warn({ callId: facts.offer.callId, err: error }, 'no summary from the model');
    return {};
  }
  return readPacketWords(json);
}

/** Asks the front for one queue. Throws `PortError`. */
export async function askForTransfer(
  facts: ConversationFacts,
  packet: HandoverPacket,
  attempt: {
    readonly request: HandoverRequest;
    readonly index: number;
    readonly transferId: string;
    readonly connectionId: CallConnectionId;
    readonly nowMs: number;
  },
  services: HandoverServices,
  signal: AbortSignal,
): Promise<Asked> {
  const { offer, agent } = facts;
  const queue = queueNamed(agent, attempt.request.order?.[attempt.index]);
  const headers = packHeaders(packet, services.transfer.headerPrefix);
  services.log.info(
    {
      callId: offer.callId,
      correlationId: offer.correlationId,
      transferId: attempt.transferId,
      queue: queue.name,
      target: queue.target,
      headers,
    },
    'transfer requested',
  );
  return services.control.transfer(
    {
      connectionId: attempt.connectionId,
      transferId: attempt.transferId,
      target: queue.target,
      caller: offer.from,
      headers,
      callbackUri: callbackUrl(services.callbackBaseUrl, services.ticketSecret, offer, attempt.nowMs),
      callerId: transferCallerId(services.transfer, offer.from),
    },
    signal,
  );
}
